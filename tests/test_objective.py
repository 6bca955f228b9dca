from fractions import Fraction
from random import Random

import numpy as np
import pytest
from oracle import exact, random_schedule
from random_instances import random_instance

from optimizer.instance import Instance, Job, Mode, Node
from optimizer.names import Objective
from optimizer.objective import Costs, evaluate, total_cost
from optimizer.problem import Problem
from optimizer.schedule import Schedule

INSTANCE = Instance(
    jobs=(
        Job("x", duration=2, due=1, demand={"g": 1}),
        Job("y", duration=1.5, arrival=1, weight=2.5, deadline=9, due=3, demand={"g": 1}),
        Job("z", duration=0, arrival=0.5, weight=0.5),
    ),
    resources={"g": 1},
)
VALUES = {  # ends 2, 3.5 and 3; flow times 2, 2.5 and 2.5
    Objective.MEAN_FLOW_TIME: Fraction(7, 3),
    Objective.MEAN_WEIGHTED_FLOW_TIME: Fraction(19, 8),
    Objective.MEAN_WAIT_TIME: Fraction(7, 6),
    Objective.MEAN_SLOWDOWN: Fraction(23, 9),  # z: 2.5 over one step of the grid, 0.5
    Objective.MAKESPAN: Fraction(7, 2),
    Objective.TOTAL_TARDINESS: Fraction(3, 2),
    Objective.TOTAL_WEIGHTED_TARDINESS: Fraction(9, 4),
    Objective.WEIGHTED_NUMBER_LATE: Fraction(7, 2),
    Objective.MAX_LATENESS: Fraction(1),
}


def integers(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def worked(objective: Objective) -> tuple[Problem, Schedule]:
    problem = Problem.of(INSTANCE, objective)
    return problem, Schedule.starting(problem, integers(0, 4, 6), integers(0, 1, 2), integers(0, 0, 0))


@pytest.mark.parametrize("objective", Objective)
def test_values_worked_by_hand(objective: Objective) -> None:
    problem, schedule = worked(objective)
    assert evaluate(problem, schedule) == pytest.approx(float(VALUES[objective]), rel=1e-15)


@pytest.mark.parametrize(
    ("objective", "total", "granularity"),
    [
        (Objective.MEAN_FLOW_TIME, 14, 1),
        (Objective.MEAN_WEIGHTED_FLOW_TIME, 2 * 4 + 5 * 5 + 1 * 5, 1),
        (Objective.MEAN_WAIT_TIME, 7, 1),
        (Objective.MEAN_SLOWDOWN, 3 * 4 + 4 * 5 + 12 * 5, 1),  # slopes 12/4, 12/3 and 12/1
        (Objective.MAKESPAN, 7, 1),
        (Objective.TOTAL_TARDINESS, 3, 1),
        (Objective.TOTAL_WEIGHTED_TARDINESS, 2 * 2 + 5 * 1, 1),
        (Objective.WEIGHTED_NUMBER_LATE, 7, 1),
        (Objective.MAX_LATENESS, 2, 1),
    ],
)
def test_totals_are_integers(objective: Objective, total: int, granularity: int) -> None:
    problem, schedule = worked(objective)
    costs = Costs.of(problem)
    assert total_cost(problem, costs, schedule) == total
    assert costs.value(total) == pytest.approx(float(VALUES[objective]), rel=1e-15)
    assert costs.total_of(costs.value(total)) == pytest.approx(total, rel=1e-15)
    assert costs.granularity == granularity


def test_a_job_costs_nothing_until_its_reference() -> None:
    costs = Costs.of(Problem.of(INSTANCE, Objective.TOTAL_WEIGHTED_TARDINESS))
    zeros = np.zeros(6, dtype=np.int64)
    assert costs.at(zeros + 1, zeros, np.arange(4, 10)).tolist() == [0, 0, 0, 5, 10, 15]
    assert costs.at(zeros + 2, zeros, np.arange(6) * 1000).tolist() == [0] * 6
    late = Costs.of(Problem.of(INSTANCE, Objective.WEIGHTED_NUMBER_LATE))
    assert late.at(zeros + 1, zeros, np.arange(4, 10)).tolist() == [0, 0, 0, 5, 5, 5]


def test_a_maximum_leaves_out_jobs_without_due_date() -> None:
    costs = Costs.of(Problem.of(INSTANCE, Objective.MAX_LATENESS))
    assert costs.is_maximum
    assert costs.at(integers(0, 1, 2), integers(0, 0, 0), integers(1, 5, 99)).tolist() == [-1, -1, -np.inf]
    assert costs.total(np.array([-1, -1, -np.inf])) == -1


def test_wait_and_slowdown_depend_on_mode_and_node() -> None:
    instance = Instance(
        jobs=(Job("a", modes=(Mode(4), Mode(6, {"g": 1}))),),
        nodes=(Node("fast", {"g": 1}, performance=2), Node("slow", {"g": 1})),
    )
    for objective, expected in [
        (Objective.MEAN_WAIT_TIME, [8, 6, 7, 4]),
        (Objective.MEAN_SLOWDOWN, [5, 10 / 4, 10 / 3, 10 / 6]),
    ]:
        problem = Problem.of(instance, objective)
        for (mode, node), value in zip([(0, 0), (0, 1), (1, 0), (1, 1)], expected, strict=True):
            p = int(problem.mode_time[mode, node])
            schedule = Schedule.starting(problem, integers(10 - p), integers(mode), integers(node))
            assert evaluate(problem, schedule) == pytest.approx(value)


def recomputed(instance: Instance, objective: Objective, problem: Problem, schedule: Schedule) -> Fraction:
    """Return the objective by the formulas of the file format, exactly."""
    step = Fraction(1, instance.time_scale.per_unit)
    ends = [Fraction(end) * step for end in schedule.end.tolist()]
    work = [
        Fraction(end - start) * step for start, end in zip(schedule.start.tolist(), schedule.end.tolist(), strict=True)
    ]
    flow = [end - exact(job.arrival) for job, end in zip(instance.jobs, ends, strict=True)]
    weight = [exact(job.weight) for job in instance.jobs]
    late = {
        j: ends[j] - exact(job.deadline if job.due is None else job.due)
        for j, job in enumerate(instance.jobs)
        if not (job.due is None and job.deadline is None)
    }
    n = len(flow)
    values = {
        Objective.MEAN_FLOW_TIME: lambda: sum(flow) / n,
        Objective.MEAN_WEIGHTED_FLOW_TIME: lambda: sum(w * f for w, f in zip(weight, flow, strict=True)) / sum(weight),
        Objective.MEAN_WAIT_TIME: lambda: sum(f - p for f, p in zip(flow, work, strict=True)) / n,
        Objective.MEAN_SLOWDOWN: lambda: sum(f / max(p, step) for f, p in zip(flow, work, strict=True)) / n,
        Objective.MAKESPAN: lambda: max(ends),
        Objective.TOTAL_TARDINESS: lambda: sum(max(0, x) for x in late.values()),
        Objective.TOTAL_WEIGHTED_TARDINESS: lambda: sum(weight[j] * max(0, x) for j, x in late.items()),
        Objective.WEIGHTED_NUMBER_LATE: lambda: sum(weight[j] for j, x in late.items() if x > 0),
        Objective.MAX_LATENESS: lambda: max(late.values()),
    }
    return Fraction(values[objective]())


@pytest.mark.parametrize("objective", Objective)
def test_values_of_random_schedules(objective: Objective) -> None:
    for seed in range(100):
        instance = random_instance(seed, objective=objective)
        problem = Problem.of(instance)
        schedule = random_schedule(problem, Random(seed))
        value = recomputed(instance, objective, problem, schedule)
        assert evaluate(problem, schedule) == pytest.approx(float(value), rel=1e-14, abs=1e-14), seed


@pytest.mark.parametrize("objective", Objective)
def test_bounds_are_rounded_up_to_the_next_possible_total(objective: Objective) -> None:
    for seed in range(100):
        problem = Problem.of(random_instance(seed, objective=objective))
        costs = Costs.of(problem)
        total = total_cost(problem, costs, random_schedule(problem, Random(seed)))
        grain = costs.granularity
        assert grain > 0
        assert total % grain == 0
        assert costs.rounded_up(total) == total
        assert costs.rounded_up(total - 0.4 * grain) == total
        assert costs.rounded_up(total - grain) == total - grain
        assert costs.rounded_up(total + 1e-7) == total


def test_common_factors_make_the_grain_coarser() -> None:
    jobs = (Job("a", duration=1, weight=4, due=0), Job("b", duration=1, weight=6, due=0), Job("c", duration=1))
    costs = Costs.of(Problem.of(Instance(jobs=jobs, resources={"g": 1}), Objective.WEIGHTED_NUMBER_LATE))
    assert costs.granularity == 2
    assert costs.rounded_up(2.01) == 4


def test_without_due_dates_nothing_is_ever_late() -> None:
    problem = Problem.of(Instance(jobs=(Job("a", duration=1),), resources={"g": 1}), Objective.TOTAL_TARDINESS)
    costs = Costs.of(problem)
    assert evaluate(problem, Schedule.starting(problem, integers(50), integers(0), integers(0))) == 0
    assert costs.rounded_up(0.0) == 0


def test_slowdown_without_a_common_multiple_has_no_grain() -> None:
    jobs = tuple(Job(f"j{p}", duration=p) for p in range(1, 60))
    problem = Problem.of(Instance(jobs=jobs, resources={"g": 1}), Objective.MEAN_SLOWDOWN)
    costs = Costs.of(problem)
    schedule = Schedule.starting(problem, np.full(59, 3), np.arange(59), np.zeros(59, dtype=np.int64))
    value = sum(Fraction(3 + p, p) for p in range(1, 60)) / 59
    assert evaluate(problem, schedule) == pytest.approx(float(value), rel=1e-14)
    assert costs.granularity == 0
    assert costs.rounded_up(100.25, exact=True) == 100.25
    assert 100.25 - 1e-6 < costs.rounded_up(100.25) < 100.25  # floating point is not trusted to the last digit


@pytest.mark.parametrize(
    "objective",
    [objective for objective in Objective if objective.is_maximum or "late" in objective or "tardiness" in objective],
)
@pytest.mark.parametrize("step", [2, 5])
def test_a_coarse_problem_judges_no_milder(objective: Objective, step: int) -> None:
    for seed in range(40):
        fine = Problem.of(random_instance(seed, objective=objective))
        coarse = fine.coarsened(step)
        schedule = random_schedule(coarse, Random(seed))
        stretched = Schedule.starting(fine, schedule.start * step, schedule.mode, schedule.node)
        assert evaluate(coarse, schedule) >= evaluate(fine, stretched) - 1e-9, seed


def test_a_coarse_value_is_in_the_users_unit() -> None:
    instance = Instance(jobs=(Job("a", duration=1.5, weight=3),), resources={"g": 1})
    expected = {Objective.MEAN_FLOW_TIME: 8, Objective.MEAN_WEIGHTED_FLOW_TIME: 8, Objective.MEAN_WAIT_TIME: 6}
    for objective, value in {**expected, Objective.MAKESPAN: 8, Objective.MEAN_SLOWDOWN: 4}.items():
        coarse = Problem.of(instance, objective).coarsened(2)  # steps of 1: the job takes 2
        coarse = coarse.coarsened(2)  # steps of 2: it takes 1
        assert evaluate(coarse, Schedule.starting(coarse, integers(3), integers(0), integers(0))) == value
