from collections.abc import Callable

import numpy as np
import pytest

from optimizer.generate import generate
from optimizer.kernels.generation import by_start, feasible_order, plan_of, serial_schedule
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.score import score
from optimizer.kernels.search.annealing import BEST, DIRTY, MOVES, SCHEDULES, Annealing, anneal, new_annealing
from optimizer.kernels.search.neighbourhood import CURRENT, PLACED, Neighbourhood, adopt, new_neighbourhood
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from optimizer.validation import Rule, violations

PROBLEM = Problem.of(generate("server", 12, seed=0))
INPUTS = Inputs.of(PROBLEM)
JOBS = PROBLEM.jobs


def begun() -> tuple[Neighbourhood, Annealing]:
    """Return a neighbourhood of a serial schedule, and a search that takes that for the best."""
    schedule = serial_schedule(PROBLEM, feasible_order(PROBLEM, np.arange(JOBS)))
    space, search = new_neighbourhood(INPUTS), new_annealing(INPUTS, seed=3, stream=0)
    adopt(INPUTS, space, plan_of(schedule), by_start(PROBLEM, schedule.start))
    for own, array in zip(search.best, plan_of(schedule), strict=True):
        own[:] = array
    search.value[BEST] = space.totals[CURRENT]
    return space, search


def annealed(*placed: int, hot: float = 2.0, run: Callable[..., None] = anneal) -> tuple[Neighbourhood, Annealing]:
    """Return the search after going on to each of these numbers of placements, cooling until the last."""
    space, search = begun()
    for goal in placed:
        run(INPUTS, space, search, hot, 8, 0, placed[-1], goal, 2**62)
    return space, search


def test_the_best_plan_is_valid_and_has_the_best_score() -> None:
    _, before = begun()
    _, search = annealed(100 * JOBS)
    schedule = Schedule(*search.best)
    assert {violation.rule for violation in violations(PROBLEM, schedule)} <= {Rule.DEADLINE}
    assert score(INPUTS, search.best) == pytest.approx(search.value[BEST])
    assert search.value[BEST] < before.value[BEST]


def test_it_goes_on_from_call_to_call_as_if_there_had_been_one() -> None:
    whole, parts = annealed(40 * JOBS), annealed(5 * JOBS, 17 * JOBS, 40 * JOBS)
    assert parts[0].plan.start.tolist() == whole[0].plan.start.tolist()
    assert parts[1].counter[MOVES] == whole[1].counter[MOVES]
    assert parts[1].value[BEST] == whole[1].value[BEST]


def test_compiled_it_does_the_same() -> None:
    plain, fast = annealed(40 * JOBS), annealed(40 * JOBS, run=anneal.compiled)
    assert fast[0].plan.start.tolist() == plain[0].plan.start.tolist()
    assert fast[1].best.start.tolist() == plain[1].best.start.tolist()
    assert fast[1].counter.tolist() == plain[1].counter.tolist()


def test_without_heat_it_never_gets_worse() -> None:
    space, search = begun()
    last = space.totals[CURRENT]
    for moves in range(1, 200):
        anneal(INPUTS, space, search, 0.0, 8, 0, 1, 2**62, moves)
        assert space.totals[CURRENT] <= last
        last = space.totals[CURRENT]
    assert search.value[BEST] == last


def test_counters_hold() -> None:
    space, search = annealed(30 * JOBS)
    assert search.counter[SCHEDULES] == space.counts[PLACED] // JOBS >= 30
    assert search.counter[DIRTY] == np.count_nonzero(search.is_dirty)
