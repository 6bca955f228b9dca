"""The program of the columns that cutting planes leave, with the cuts as rows."""

import numpy as np

from optimizer.bounds.cuts.cutting_planes import CuttingPlanes
from optimizer.model.builder import Builder
from optimizer.model.columns import Groups, Pulses, counted
from optimizer.model.program import Program, program_builder
from optimizer.model.size import refuse_if_too_large
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.units import IntArray


def restricted_program(
    problem: Problem, planes: CuttingPlanes, total: float, known: float, memory: int | None
) -> Program:
    """Return the program of the schedules that cost at most ``total``.

    Parameters
    ----------
    problem : Problem
        What ``planes`` bound.
    planes : CuttingPlanes
        Their reduced costs say which columns such schedules take.
    total, known : float
        Total costs; no schedule of interest costs ``known`` or more.
    memory : int or None
        Bytes that the program may take with its solver; None: what is free now.

    Raises
    ------
    ModelTooLargeError
        Before it is built.
    """
    pulses, origin = _on_all_nodes(problem, planes.pulses, planes.columns_within(total))
    refuse_if_too_large(problem, Groups(pulses.mode, pulses.node, pulses.start, pulses.start, complete=True), memory)
    builder = program_builder(problem, Costs.of(problem), pulses, known)
    _add_cuts(builder, planes, origin)
    return Program(problem, pulses, builder.build(), complete=True)


def _on_all_nodes(problem: Problem, pulses: Pulses, chosen: IntArray) -> tuple[Pulses, IntArray]:
    """Return the chosen pulses, on one of some equal nodes, as pulses on each of them, and which each was before."""
    kind = problem.node_kind
    by_kind = np.argsort(kind, kind="stable")
    first, equal = np.unique(kind[by_kind], return_index=True, return_counts=True)[1:]
    count = equal[kind[pulses.node[chosen]]]
    origin = np.repeat(chosen, count)
    node = by_kind[counted(first[kind[pulses.node[chosen]]], count)]
    order = np.lexsort((pulses.start[origin], node, pulses.mode[origin]))
    origin, node = origin[order], node[order]
    return Pulses(pulses.mode[origin], node, pulses.start[origin], pulses.duration[origin]), origin


def _add_cuts(builder: Builder, planes: CuttingPlanes, origin: IntArray) -> None:
    """Add the rows of the cuts to a program whose columns stand for those of ``planes``."""
    start, column, value, side = planes.active_rows()
    by_origin = np.argsort(origin, kind="stable")
    copies = np.bincount(origin, minlength=len(planes.pulses.mode))
    count = copies[column]
    columns = by_origin[counted((np.cumsum(copies) - copies)[column], count)]
    rows = builder.add_rows(np.full(len(side), -np.inf), side) + np.repeat(np.arange(len(side)), np.diff(start))
    builder.scatter_entries(columns, np.repeat(rows, count), np.repeat(value, count))
