import numpy as np
import pytest

from optimizer.generate import generate
from optimizer.kernels.generation import feasible_order, score_of, serial_schedule
from optimizer.kernels.inputs import Inputs
from optimizer.objective import Costs, total_cost
from optimizer.problem import NEVER, Problem
from optimizer.result import Limits
from optimizer.solvers.heuristics.common.evolving import BEST_RULE, EvolvingIsland, evolve, reference_order
from optimizer.solvers.heuristics.common.rules import RULES, rule_keys
from optimizer.solvers.monitor import Monitor

PROBLEM = Problem.of(generate("server", 20, seed=1))
INPUTS = Inputs.of(PROBLEM)


def limited(schedules: int | None = None) -> tuple[Limits, Monitor]:
    limits = Limits(time_limit=None, threads=1, schedules=schedules)
    return limits, Monitor(PROBLEM, limits)


def by_rule(rule: str) -> list[int]:
    return feasible_order(PROBLEM, rule_keys(rule, PROBLEM, 0)).tolist()


def test_a_named_rule_gives_its_order_and_costs_no_schedule() -> None:
    order, schedules = reference_order(PROBLEM, INPUTS, "shortest", 0, *limited())
    assert (order.tolist(), schedules) == (by_rule("shortest"), 0)


def test_the_best_rule_is_that_of_the_best_serial_schedule() -> None:
    order, schedules = reference_order(PROBLEM, INPUTS, BEST_RULE, 0, *limited())
    scores = {rule: score_of(INPUTS, serial_schedule(PROBLEM, np.array(by_rule(rule)))) for rule in RULES}
    assert order.tolist() == by_rule(min(scores, key=lambda rule: scores[rule]))
    assert schedules == len(RULES)


def test_no_more_rules_are_tried_than_schedules_are_allowed_and_the_best_is_reported() -> None:
    limits, monitor = limited(3)
    _, schedules = reference_order(PROBLEM, INPUTS, BEST_RULE, 0, limits, monitor)
    assert schedules == 3
    assert monitor.schedule is not None


def test_the_score_of_a_schedule_without_misses_is_its_total() -> None:
    schedule = serial_schedule(PROBLEM, np.array(by_rule("earliest-deadline")))
    total = total_cost(PROBLEM, Costs.of(PROBLEM), schedule)
    late = ((schedule.end > PROBLEM.deadline) & (PROBLEM.deadline < NEVER)).any()
    assert not late
    assert score_of(INPUTS, schedule) == pytest.approx(total)


def test_the_schedule_to_start_from_is_handed_in_before_anything_else() -> None:
    """Whatever takes long then, as compiling does, there is a schedule."""
    schedule = serial_schedule(PROBLEM, np.array(by_rule("shortest")))
    limits = Limits(time_limit=None, threads=1)
    monitor = Monitor(PROBLEM, limits)

    def start(_: int) -> EvolvingIsland:
        assert monitor.schedule is schedule
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evolve(PROBLEM, limits, monitor, schedule, start, 0)
