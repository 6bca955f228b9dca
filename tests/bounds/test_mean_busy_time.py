import pytest

from optimizer.bounds.mean_busy_time import mean_busy_time_bound
from optimizer.generate import generate
from optimizer.instance import Instance, Job, Node, Unavailable
from optimizer.kernels.compilation import Kernel
from optimizer.names import Objective
from optimizer.objective import Costs
from optimizer.problem import Problem


def bound(instance: Instance, objective: Objective | None = None, *, preemptive: bool = False) -> float:
    problem = Problem.of(instance, objective)
    costs = Costs.of(problem)
    return costs.value(mean_busy_time_bound(problem, costs, preemptive=preemptive))


def test_one_machine_without_arrivals_is_exact() -> None:
    """Smith's rule: 1, 1 + 2, 1 + 2 + 4."""
    jobs = tuple(Job(f"{p}", duration=p, demand={"gpu": 1}) for p in (4, 1, 2))
    assert bound(Instance(jobs=jobs, resources={"gpu": 1})) == pytest.approx(11 / 3)


def test_weights_change_the_order() -> None:
    """Ratios 10 / 4 before 1 / 1: ends at 4 and 5, so (10 x 4 + 1 x 5) / 11."""
    jobs = (Job("a", duration=4, weight=10, demand={"gpu": 1}), Job("b", duration=1, demand={"gpu": 1}))
    instance = Instance(jobs=jobs, resources={"gpu": 1})
    assert bound(instance, Objective.MEAN_WEIGHTED_FLOW_TIME) == pytest.approx(45 / 11)


def test_an_urgent_job_interrupts_in_the_fluid() -> None:
    """a flows in [0, 1) and [2, 5), b in [1, 2): mean busy times 11 / 4 and 1.5, flow times 4.75 and 1."""
    jobs = (Job("a", duration=4, demand={"gpu": 1}), Job("b", arrival=1, duration=1, demand={"gpu": 1}))
    assert bound(Instance(jobs=jobs, resources={"gpu": 1})) == pytest.approx((4.75 + 1) / 2)


def test_wide_jobs_take_turns() -> None:
    """Four jobs of 3 of 4 GPUs for 2 steps: work 6, on the fluid 1.5 each; M = 0.75, 2.25, ..., and half of 2 more."""
    jobs = tuple(Job(name, duration=2, demand={"gpu": 3}) for name in "abcd")
    assert bound(Instance(jobs=jobs, resources={"gpu": 4})) == pytest.approx(3 + 1)


def test_jobs_that_alone_come_to_more_count_alone() -> None:
    """Two jobs on 100 GPUs: nothing is in the way."""
    jobs = tuple(Job(name, duration=8, demand={"gpu": 1}) for name in "ab")
    assert bound(Instance(jobs=jobs, resources={"gpu": 100})) == 8


def test_tardiness_counts_the_jobs_that_are_late() -> None:
    """Ten jobs of 1 due at 0 and one due at 1000, which alone would make the sum negative."""
    jobs = tuple(Job(f"{i}", duration=1, demand={"gpu": 1}, due=0) for i in range(10))
    jobs += (Job("z", duration=1, demand={"gpu": 1}, due=1000),)
    assert bound(Instance(jobs, resources={"gpu": 1}, objective=Objective.TOTAL_TARDINESS)) == pytest.approx(55)


def test_wait_and_slowdown_take_off_what_runs() -> None:
    jobs = tuple(Job(name, duration=2, demand={"gpu": 1}) for name in "abc")
    instance = Instance(jobs=jobs, resources={"gpu": 1})
    assert bound(instance, Objective.MEAN_WAIT_TIME) == pytest.approx(2)
    assert bound(instance, Objective.MEAN_SLOWDOWN) == pytest.approx(2)


def test_capacity_that_is_away_counts() -> None:
    """Six jobs of 1; nothing in [2, 12)."""
    jobs = tuple(Job(f"{i}", duration=1, demand={"gpu": 1}) for i in range(6))
    instance = Instance(jobs, resources={"gpu": 1}, unavailable=(Unavailable(2, 12, resource="gpu"),))
    assert bound(instance) == pytest.approx((1 + 2 + 13 + 14 + 15 + 16) / 6)


def test_slow_nodes_count_for_less() -> None:
    """Speeds 2 and 1 are 1.5 of the fast one, so that six jobs of 1 end at 2 / 3, 4 / 3, ...; and half of 1 more."""
    nodes = (Node("fast", {"gpu": 1}, performance=2), Node("slow", {"gpu": 1}))
    jobs = tuple(Job(f"{i}", duration=2, demand={"gpu": 1}) for i in range(6))
    mean_busy = sum((2 * i + 1) / 3 for i in range(6)) / 6
    assert bound(Instance(jobs, nodes=nodes)) == pytest.approx(mean_busy + 0.5)
    assert bound(Instance(jobs, nodes=nodes), preemptive=True) == pytest.approx(mean_busy + 0.5)


def test_without_work_jobs_count_alone() -> None:
    assert bound(Instance((Job("a", duration=3),), resources={"gpu": 1})) == 3


def test_interpreted_as_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = generate("server", 60, 1)
    monkeypatch.setattr(Kernel, "sized", lambda self, seconds: self.compiled)
    compiled = bound(instance)
    monkeypatch.setattr(Kernel, "sized", lambda self, seconds: self)
    assert bound(instance) == compiled
