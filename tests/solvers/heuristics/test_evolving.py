import numpy as np
import pytest

from optimizer.generate import generate
from optimizer.kernels.generation import feasible_order, serial_schedule
from optimizer.kernels.inputs import Inputs
from optimizer.objective import Costs, total_cost
from optimizer.problem import NEVER, Problem
from optimizer.solvers.heuristics.evolving import BEST_RULE, reference_order, score_of
from optimizer.solvers.heuristics.rules import RULES, rule_keys

PROBLEM = Problem.of(generate("server", 20, seed=1))
INPUTS = Inputs.of(PROBLEM)


def by_rule(rule: str) -> list[int]:
    return feasible_order(PROBLEM, rule_keys(rule, PROBLEM, 0)).tolist()


def test_a_named_rule_gives_its_order_and_costs_no_schedule() -> None:
    order, schedules = reference_order(PROBLEM, INPUTS, "shortest", seed=0)
    assert (order.tolist(), schedules) == (by_rule("shortest"), 0)


def test_the_best_rule_is_that_of_the_best_serial_schedule() -> None:
    order, schedules = reference_order(PROBLEM, INPUTS, BEST_RULE, seed=0)
    scores = {rule: score_of(INPUTS, serial_schedule(PROBLEM, np.array(by_rule(rule)))) for rule in RULES}
    assert order.tolist() == by_rule(min(scores, key=lambda rule: scores[rule]))
    assert schedules == len(RULES)


def test_the_score_of_a_schedule_without_misses_is_its_total() -> None:
    schedule = serial_schedule(PROBLEM, np.array(by_rule("earliest-deadline")))
    total = total_cost(PROBLEM, Costs.of(PROBLEM), schedule)
    late = ((schedule.end > PROBLEM.deadline) & (PROBLEM.deadline < NEVER)).any()
    assert not late
    assert score_of(INPUTS, schedule) == pytest.approx(total)
