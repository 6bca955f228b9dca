from dataclasses import replace

import numpy as np
import pytest

from optimizer.bounds.catalogue import CATALOGUE, Effort, Holds, cheap_bound
from optimizer.bounds.request import Request
from optimizer.instance import Instance, Job, Node, Unavailable
from optimizer.names import Objective
from optimizer.objective import Costs
from optimizer.problem import NEVER, Problem
from tests.bounds_cases import optima, random_problem

HUGE_PRICES = 348
"""Next to no excess made a step to prices in the billions, and rounding alone a bound above the optimum."""

NO_TIME_AT_THE_END = 600
"""A job without duration that may start after all others ended was counted as the next job."""

ONE = Instance((Job("a", duration=2, demand={"gpu": 1}),), resources={"gpu": 1})


@pytest.mark.parametrize("seed", [*range(270), HUGE_PRICES])
def test_no_bound_exceeds_the_optimum_that_it_holds_for(seed: int) -> None:
    problem = random_problem(seed)
    costs, best = Costs.of(problem), optima(problem)
    for entry in CATALOGUE:
        if entry.applies(problem) and entry.holds in best:
            value = costs.value(entry.total(Request(problem, costs)).total)
            assert value <= best[entry.holds] + 1e-9, entry.name


@pytest.mark.parametrize("seed", [*range(1000, 1090), NO_TIME_AT_THE_END])
def test_with_the_optimum_known_no_bound_exceeds_it(seed: int) -> None:
    problem = random_problem(seed)
    best = optima(problem).get(Holds.ON_TIME)
    if best is None:
        return
    costs = Costs.of(problem)
    for entry in CATALOGUE:
        if entry.applies(problem):
            value = costs.value(entry.total(Request(problem, costs, known=costs.total_of(best))).total)
            assert value <= best + 1e-9, entry.name


@pytest.mark.parametrize("objective", Objective)
def test_each_objective_has_cheap_bounds_for_all_schedules(objective: Objective) -> None:
    jobs = tuple(Job(name, duration=2, demand={"gpu": 1}, due=1) for name in "ab")
    problem = Problem.of(Instance(jobs, resources={"gpu": 1}), objective)
    costs = Costs.of(problem)
    totals = [cheap_bound(problem, costs, preemptive=preemptive) for preemptive in (True, False)]
    assert -np.inf < totals[0] <= totals[1]


def test_who_covers_whom() -> None:
    cases = [(False, False), (False, True), (True, False), (True, True)]
    assert [Holds.ALWAYS.covers(preemptive=p, late=late) for p, late in cases] == [True] * 4
    assert [Holds.WITHOUT_PREEMPTION.covers(preemptive=p, late=late) for p, late in cases] == [True, True, False, False]
    assert [Holds.ON_TIME.covers(preemptive=p, late=late) for p, late in cases] == [True, False, False, False]


def test_entries_without_preemption_are_listed_where_they_may_say_more() -> None:
    def listed(instance: Instance) -> set[Holds]:
        problem = Problem.of(instance)
        return {entry.holds for entry in CATALOGUE if entry.effort is Effort.CHEAP and entry.applies(problem)}

    nodes = (Node("a", {"gpu": 1}), Node("b", {"gpu": 1}, performance=2))
    both = {Holds.ALWAYS, Holds.WITHOUT_PREEMPTION}
    assert listed(ONE) == {Holds.ALWAYS}
    assert listed(Instance(ONE.jobs, resources={"gpu": 1}, unavailable=(Unavailable(1, 2),))) == both
    assert listed(Instance(ONE.jobs, nodes=nodes)) == both


def test_without_deadlines_bounds_on_schedules_on_time_hold_for_all_without_preemption() -> None:
    lagrangian = next(entry for entry in CATALOGUE if entry.name == "lagrangian")
    problem = Problem.of(ONE)
    assert lagrangian.holds_for(problem) is Holds.WITHOUT_PREEMPTION
    assert lagrangian.holds_for(replace(problem, deadline=np.array([9]))) is Holds.ON_TIME
    assert (problem.deadline == NEVER).all()


def test_names_and_sources() -> None:
    assert len({(entry.name, entry.holds) for entry in CATALOGUE}) == len(CATALOGUE)
    assert all(any(character.isdigit() for character in entry.source) for entry in CATALOGUE)
