import pytest

from optimizer.bounds.due_dates import number_late_bound, tardiness_bound
from optimizer.instance import Instance, Job, Unavailable
from optimizer.kernels.compilation import Kernel
from optimizer.names import Objective
from optimizer.objective import Costs
from optimizer.problem import Problem


def tardiness(instance: Instance, objective: Objective = Objective.TOTAL_TARDINESS) -> float:
    problem = Problem.of(instance, objective)
    costs = Costs.of(problem)
    return round(costs.value(tardiness_bound(problem, costs)), 9)


def number_late(instance: Instance, *, preemptive: bool = False) -> float:
    problem = Problem.of(instance, Objective.WEIGHTED_NUMBER_LATE)
    costs = Costs.of(problem)
    return round(costs.value(number_late_bound(problem, costs, preemptive=preemptive)), 9)


def job(duration: int, due: int, arrival: int = 0, weight: int = 1) -> tuple[int, int, int, int]:
    return duration, due, arrival, weight


def on_one_gpu(*rows: tuple[int, ...]) -> Instance:
    """Return jobs of duration, due date and, unless 0 and 1, arrival and weight."""
    jobs = (
        Job(f"{i}", arrival=arrival, duration=duration, due=due, weight=weight, demand={"gpu": 1})
        for i, (duration, due, arrival, weight) in enumerate(job(*row) for row in rows)
    )
    return Instance(tuple(jobs), resources={"gpu": 1})


def test_ends_in_order_of_work_meet_due_dates_in_order() -> None:
    """Ends 1, 3, 6 meet due dates 1, 2, 3."""
    assert tardiness(on_one_gpu((3, 1), (1, 2), (2, 3))) == 4


def test_the_shortest_rest_goes_first() -> None:
    """3 runs in [0, 1), 1 in [1, 2), then the rest: ends 2 and 4, due dates 0 and 0."""
    assert tardiness(on_one_gpu((3, 0), (1, 0, 1))) == 6


def test_weights_count_in_levels() -> None:
    """All three from weight 1 on: 1 + 2 + 3; the two of weight 5: 4 x (1 + 2)."""
    instance = on_one_gpu((1, 0, 0, 1), (1, 0, 0, 5), (1, 0, 0, 5))
    assert tardiness(instance, Objective.TOTAL_WEIGHTED_TARDINESS) == 18


def test_jobs_without_due_dates_are_no_matter() -> None:
    jobs = (Job("a", duration=1, demand={"gpu": 1}, due=0), Job("b", duration=9, demand={"gpu": 1}))
    assert tardiness(Instance(jobs, resources={"gpu": 1})) == 1


def test_empty_jobs_end_when_they_arrive() -> None:
    jobs = (Job("a", arrival=5, duration=3, due=1), Job("b", duration=2, demand={"gpu": 1}, due=1))
    assert tardiness(Instance(jobs, resources={"gpu": 1})) == 8 - 1 + 2 - 1


def test_the_lightest_are_late() -> None:
    """5 of work until 3: the job of weight 1 and work 2 goes."""
    assert number_late(on_one_gpu((1, 3, 0, 4), (2, 3, 0, 1), (2, 3, 0, 2))) == 1


def test_parts_of_jobs_may_be_late() -> None:
    """3 of 4 fit: half of one of two equal jobs."""
    assert number_late(on_one_gpu((2, 3), (2, 3))) == 0.5


def test_work_that_arrives_late_must_fit_after_that() -> None:
    """From 5 on 4 of work until 7; before that there is room enough."""
    assert number_late(on_one_gpu((2, 7, 5, 1), (2, 7, 5, 1), (1, 9))) == 1


def test_what_is_late_alone_is_late() -> None:
    block = Unavailable(0, 3, resource="gpu")
    jobs = (Job("a", duration=1, demand={"gpu": 1}, due=2, weight=3), Job("b", duration=1, demand={"gpu": 1}, due=9))
    instance = Instance(jobs, resources={"gpu": 1}, unavailable=(block,))
    assert number_late(instance) == 3


@pytest.mark.parametrize("bound", [tardiness, number_late])
def test_interpreted_as_compiled(monkeypatch: pytest.MonkeyPatch, bound: object) -> None:
    assert callable(bound)
    instance = on_one_gpu(*((1 + i % 4, (7 * i) % 13, (5 * i) % 11, 1 + i % 3) for i in range(20)))
    monkeypatch.setattr(Kernel, "sized", lambda self, seconds: self.compiled)
    compiled = bound(instance)
    monkeypatch.setattr(Kernel, "sized", lambda self, seconds: self)
    assert bound(instance) == compiled > 0
