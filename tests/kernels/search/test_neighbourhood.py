import numpy as np
import pytest

from optimizer.kernels import slots
from optimizer.kernels.generation import feasible_order, serial_schedule
from optimizer.kernels.inputs import Inputs, integers
from optimizer.kernels.randomness import new_random
from optimizer.kernels.score import score
from optimizer.kernels.search.moves import change_order
from optimizer.kernels.search.neighbourhood import (
    CURRENT,
    DELTA,
    Neighbourhood,
    adopt,
    keep_move,
    new_neighbourhood,
    replace,
    undo_move,
)
from optimizer.kernels.serial import Plan
from optimizer.names import Objective
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from optimizer.validation import Rule, violations
from tests.random_instances import random_instance


def opened(problem: Problem) -> tuple[Inputs, Neighbourhood]:
    """Return the neighbourhood of a serial schedule."""
    inputs = Inputs.of(problem)
    schedule = serial_schedule(problem, feasible_order(problem, np.arange(problem.jobs)))
    topological = problem.topological_order
    order = topological[np.argsort(schedule.start[topological], kind="stable")]
    space = new_neighbourhood(inputs)
    plan = Plan(*(integers(array) for array in (schedule.start, schedule.end, schedule.mode, schedule.node)))
    adopt(inputs, space, plan, order)
    return inputs, space


def copied(space: Neighbourhood) -> list[list[int]]:
    return [array.tolist() for array in (*space.plan, space.order, space.position, space.fixed_mode, space.fixed_node)]


@pytest.mark.parametrize("most_slots", [1 << 24, 0], ids=["slots", "calendar"])
@pytest.mark.parametrize("seed", range(40))
def test_moves_keep_the_schedule_valid_and_can_be_taken_back(
    seed: int, most_slots: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "_MOST_SLOTS", most_slots)
    problem = Problem.of(random_instance(seed, jobs_max=14, objective=Objective.MEAN_WEIGHTED_FLOW_TIME))
    inputs, space = opened(problem)
    random = new_random(seed)
    for turn in range(60):
        before, total = copied(space), space.totals[CURRENT]
        change_order(inputs, space, random, turn % 4, 1 + turn % 7)
        done = replace(inputs, space, np.inf)
        if not done or turn % 3 == 0:
            undo_move(inputs, space)
            assert copied(space) == before
            continue
        assert score(inputs, space.plan) == pytest.approx(total + space.totals[DELTA])
        keep_move(space, total + space.totals[DELTA])
        schedule = Schedule(*(array.copy() for array in space.plan))
        assert all(violation.rule is Rule.DEADLINE for violation in violations(problem, schedule))
        assert sorted(space.order) == list(range(problem.jobs))
        assert (np.diff(space.plan.start[space.order]) >= 0).all()
        assert (space.order[space.position] == np.arange(problem.jobs)).all()
        assert not space.mark.any()
