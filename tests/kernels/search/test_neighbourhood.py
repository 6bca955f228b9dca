import numpy as np
import pytest

from optimizer.instance import Instance, Job
from optimizer.kernels import slots
from optimizer.kernels.generation import feasible_order, serial_schedule
from optimizer.kernels.inputs import Inputs, integers
from optimizer.kernels.randomness import new_random
from optimizer.kernels.score import score
from optimizer.kernels.search.moves import change_order
from optimizer.kernels.search.neighbourhood import (
    CHANGED,
    CURRENT,
    DELTA,
    Neighbourhood,
    adopt,
    begin_move,
    keep_move,
    new_neighbourhood,
    replace,
    take_out,
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


def moved_to_the_front(last: int) -> tuple[Inputs, Neighbourhood]:
    """Return a, b, c of length 4 and d of length ``last``, two at a time, when d is about to be placed first."""
    lengths = {"a": 4, "b": 4, "c": 4, "d": last}
    jobs = tuple(Job(name, duration=length, demand={"gpu": 1}) for name, length in lengths.items())
    inputs, space = opened(Problem.of(Instance(jobs, resources={"gpu": 2})))
    assert space.plan.start.tolist() == [0, 0, 4, 4]
    begin_move(space, 0, 3)
    take_out(inputs, space, 3, True)
    space.order[:] = [3, 0, 1, 2]
    space.position[:] = [1, 2, 3, 0]
    return inputs, space


def test_a_move_disturbs_only_those_in_the_way() -> None:
    """b makes room for d and takes the place that d leaves; a and c are not touched."""
    inputs, space = moved_to_the_front(4)
    assert replace(inputs, space, np.inf)
    assert space.plan.start.tolist() == [0, 4, 4, 0]
    assert space.changed[: space.counts[CHANGED]].tolist() == [3, 1]
    assert space.totals[DELTA] == 0.0


def test_those_who_are_pushed_push_others() -> None:
    """b starts beside d, so that c has to wait for the end of d, one step."""
    inputs, space = moved_to_the_front(5)
    assert replace(inputs, space, np.inf)
    assert space.plan.start.tolist() == [0, 4, 5, 0]
    assert space.totals[DELTA] == -4 + 4 + 1


def test_a_move_is_given_up_once_it_is_too_dear() -> None:
    """With d in front and b behind it nothing is gained any more: c is not looked at."""
    inputs, space = moved_to_the_front(5)
    assert not replace(inputs, space, -0.1)
    assert space.plan.start[2] == 4
    undo_move(inputs, space)
    assert space.plan.start.tolist() == [0, 0, 4, 4]
    assert space.order.tolist() == [0, 1, 2, 3]
