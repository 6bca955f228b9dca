from math import inf

import numpy as np
import pytest

from optimizer.generate import generate
from optimizer.kernels.compilation import Kernel
from optimizer.kernels.generation import parallel_schedule, serial_schedule
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.score import score
from optimizer.kernels.search.rounding import new_rounding, round_often
from optimizer.kernels.serial import Plan, new_plan
from optimizer.kernels.timeline import new_timeline
from optimizer.objective import Costs, total_cost
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from optimizer.units import FloatArray
from optimizer.validation import violations
from tests.random_instances import random_instance


def rounded(problem: Problem, points: FloatArray, counts: list[int], kernel: Kernel) -> tuple[float, Plan]:
    inputs, best, least = Inputs.of(problem), new_plan(problem.jobs), inf
    rounding = new_rounding(inputs, points, problem.mode_start[:-1].copy(), 3, 0)
    timeline, plan = new_timeline(inputs), new_plan(problem.jobs)
    for count in counts:
        least = kernel(inputs, rounding, timeline, plan, best, least, count)
    return least, best


def random_points(problem: Problem, seed: int) -> FloatArray:
    return np.sort(np.random.default_rng(seed).uniform(0, 20, (problem.jobs, 5)), axis=1)


@pytest.mark.parametrize("seed", range(20))
def test_plans_are_valid_and_scored(seed: int) -> None:
    problem = Problem.of(random_instance(seed))
    least, best = rounded(problem, random_points(problem, seed), [5], round_often)
    schedule = Schedule(best.start, best.end, best.mode, best.node)
    assert {violation.rule for violation in violations(problem, schedule)} <= {"deadline"}
    assert least == score(Inputs.of(problem), best)


@pytest.mark.parametrize("seed", range(3))
def test_interpreted_as_compiled_in_any_number_of_calls(seed: int) -> None:
    problem = Problem.of(random_instance(seed))
    points = random_points(problem, seed)
    compiled, plan = rounded(problem, points, [7], round_often.compiled)
    interpreted, other = rounded(problem, points, [3, 4], round_often)
    assert compiled == interpreted
    assert all((one == two).all() for one, two in zip(plan, other, strict=True))


def test_points_without_choice_give_their_order() -> None:
    problem = Problem.of(generate("server", 12, 1))
    points = np.repeat(np.arange(12.0)[::-1, None], 3, axis=1)
    order = np.arange(12)[::-1]
    expected = [
        total_cost(problem, Costs.of(problem), generate_(problem, order))
        for generate_ in (serial_schedule, parallel_schedule)
    ]
    least, best = rounded(problem, points, [50], round_often)
    assert total_cost(problem, Costs.of(problem), Schedule(*best)) == min(expected)
    assert least == score(Inputs.of(problem), best)
