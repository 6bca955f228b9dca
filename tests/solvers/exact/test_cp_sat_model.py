from math import inf

import numpy as np
import pytest
from ortools.sat.python import cp_model

from optimizer.instance import Instance, Job, Mode, Node, Unavailable
from optimizer.names import Objective
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.solvers.exact.cp_sat_model import IntervalModel
from optimizer.solvers.solve import solve
from optimizer.validation import violations
from tests.oracle import random_schedule
from tests.random_instances import random_instance


def solved(model: IntervalModel) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model.model) == cp_model.OPTIMAL
    return solver


def test_modes_nodes_and_unavailability() -> None:
    instance = Instance(
        jobs=(Job("a", modes=(Mode(4, {"gpu": 1}), Mode(2, {"gpu": 2}))), Job("b", duration=2, demand={"gpu": 2})),
        nodes=(Node("n", {"gpu": 2}), Node("m", {"gpu": 1}, performance=2)),
        unavailable=(Unavailable(start=0, end=1, node="m"),),
    )
    problem = Problem.of(instance)
    model = IntervalModel(problem, inf)
    schedule = model.schedule(solved(model).value)
    assert not violations(problem, schedule)
    # b at once on n; a on the quick node from 1 to 3, not on n from 2 to 4
    assert schedule.start.tolist() == [1, 0]
    assert schedule.node.tolist() == [1, 0]
    assert schedule.end.tolist() == [3, 2]


def test_a_job_that_cannot_end_in_time_refutes_the_model() -> None:
    jobs = (Job("a", duration=2), Job("b", duration=2, after=("a",), deadline=4))
    problem = Problem.of(Instance(jobs, resources={"gpu": 1}))
    assert IntervalModel(problem, inf).feasible
    assert not IntervalModel(problem, 1).feasible  # nothing is that cheap


@pytest.mark.parametrize("objective", list(Objective))
@pytest.mark.parametrize("seed", range(6))
def test_a_schedule_that_is_fixed_costs_what_it_should(seed: int, objective: Objective) -> None:
    """The hint is a complete solution, and its objective is the schedule's cost."""
    from random import Random

    problem = Problem.of(random_instance(seed, objective=objective))
    schedule = random_schedule(problem, Random(seed), delay_max=0)
    if violations(problem, schedule) or (schedule.end > problem.horizon).any():
        return
    model = IntervalModel(problem, inf)
    model.hint(schedule)
    for variable, value_in in model._hints:
        model.model.add(variable == value_in(schedule))
    solver = solved(model)
    total = total_cost(problem, Costs.of(problem), schedule)
    assert model.total(solver.objective_value) == pytest.approx(total, abs=1e-4)
    assert (model.schedule(solver.value).start == schedule.start).all()


def test_slowdown_with_modes_costs_by_the_mode_that_is_chosen() -> None:
    jobs = (Job("a", modes=(Mode(4, {"gpu": 1}), Mode(2, {"gpu": 2}))), Job("b", duration=4, demand={"gpu": 1}))
    result = solve(Instance(jobs, resources={"gpu": 2}, objective=Objective.MEAN_SLOWDOWN), "cp-sat")
    assert result.value == pytest.approx(1.0)
    assert result.schedule is not None
    assert np.array_equal(result.schedule.start, [0, 0])
