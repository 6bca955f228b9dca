import dataclasses
import signal
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import numpy as np
import pytest
from msgspec.structs import replace

from optimizer.errors import SolverError
from optimizer.explanation import Explanation
from optimizer.instance import Instance, Job, Node, Predecessor, Resource, Unavailable
from optimizer.names import Objective, Status, StoppedBy
from optimizer.problem import NEVER, Problem
from optimizer.result import Limits
from optimizer.solvers import conflicts
from optimizer.solvers import explain as module
from optimizer.solvers.exact.cp_sat import CPSAT
from optimizer.solvers.explain import explain
from tests.oracle import brute_force
from tests.random_instances import random_instance


def gpu(*jobs: Job, capacity: int = 2, unavailable: tuple[Unavailable, ...] = ()) -> Instance:
    return Instance(jobs, resources={"gpu": capacity, "cpu": 100}, unavailable=unavailable)


def job(name: str, duration: float, deadline: int | None = None, gpu: int = 1, **more: object) -> Job:
    return Job(name, duration=duration, deadline=deadline, demand={"gpu": gpu, "cpu": 1}, **more)  # type: ignore[arg-type]


def job_of(name: str, duration: int, deadline: int) -> Job:
    return Job(name, duration=duration, deadline=deadline, demand={"gpu": 4})


def names(explanation: Explanation) -> list[str]:
    assert explanation.conflict is not None
    return [job.id for job in explanation.conflict.jobs]


def test_jobs_none_of_which_can_be_left_out_and_the_resource_that_they_lack() -> None:
    """Of three jobs of 3 that need both GPUs until 8 no two are too many, all three are."""
    three = [job(name, 3, 8, gpu=2) for name in "abc"]
    found = explain(gpu(job("other", 2, 9), three[0], job("free", 50), *three[1:], job("late", 3, 40)))
    assert found.status is Status.INFEASIBLE
    assert names(found) == ["a", "b", "c"]
    conflict = found.conflict
    assert conflict is not None
    assert conflict.resources == ("gpu",)
    assert conflict.irreducible
    assert conflict.resources_irreducible
    assert conflict.is_smallest
    assert (conflict.begin, conflict.end) == (0, 8)
    assert conflict.work == {"gpu": (18.0, 16.0)}


def test_chains_are_whole() -> None:
    chain = (job("a", 3), job("b", 3, after=("a",)), job("c", 3, 8, after=(Predecessor("b"),)))
    found = explain(gpu(*chain, job("d", 3, 8)))
    assert names(found) == ["a", "b", "c"]
    assert found.conflict is not None
    assert found.conflict.resources == ()


def test_times_are_those_on_the_fastest_node() -> None:
    nodes = (Node("old", {"gpu": 4}, count=2), Node("new", {"gpu": 4}, performance=2))
    found = explain(Instance((job_of("a", 60, 35), job_of("b", 50, 33)), nodes=nodes)).conflict
    assert found is not None
    assert (found.times, found.resources) == ((30, 25), ("gpu",))


def test_unavailable_capacity_counts() -> None:
    found = explain(gpu(job("a", 3, 6), unavailable=(Unavailable(start=2, end=5, resource="gpu"),)))
    assert names(found) == ["a"]
    assert found.conflict is not None
    assert found.conflict.resources == ("gpu",)
    assert found.conflict.work == {}


def test_what_has_a_schedule_is_feasible() -> None:
    assert explain(gpu(job("a", 3, 6))) == Explanation(Status.FEASIBLE, StoppedBy.OPTIMALITY)
    assert explain(gpu(job("a", 3), job("b", 3))).status is Status.FEASIBLE


def resource_names(explanation: Explanation) -> tuple[str, ...]:
    assert explanation.conflict is not None
    return explanation.conflict.resources


def test_resources_that_are_left_out_keep_their_speed() -> None:
    """On a fast pool each of two jobs of 6 is done after 3, both are not by 5; a slow one is no want of capacity."""
    pool = {"gpu": Resource(1, performance=2), "cpu": Resource(9, performance=2)}
    fast = explain(Instance((job("early", 1), job("a", 6, 5), job("b", 6, 5)), resources=pool))
    assert (names(fast), resource_names(fast)) == (["a", "b"], ("gpu",))
    chain = (job("a", 10), job("b", 10, 30, after=("a",)))
    slow = explain(Instance(chain, resources={"gpu": Resource(100, performance=0.5), "cpu": 100}))
    assert (names(slow), resource_names(slow)) == (["a", "b"], ())


LOGIN = (Node("g", {"gpu": 1}), Node("login", {"cpu": 8}, performance=4))


def of_gpu(name: str, duration: int, deadline: int | None = None, **more: object) -> Job:
    return Job(name, duration=duration, deadline=deadline, demand={"gpu": 1}, **more)  # type: ignore[arg-type]


def test_what_is_plentiful_is_so_where_there_is_any() -> None:
    """A chain of 16 is too long until 10 with any number of GPUs: the fast node has none."""
    found = explain(Instance((of_gpu("a", 8), of_gpu("b", 8, 10, after=("a",))), nodes=LOGIN))
    assert (names(found), resource_names(found)) == (["a", "b"], ())


def test_work_and_blocks_are_those_of_nodes_that_jobs_fit_on() -> None:
    blocks = (Unavailable(0, 5, node="login"), Unavailable(11, 13, node="g"), Unavailable(2, 3, resource="cpu"))
    jobs = (of_gpu("a", 8, 10), of_gpu("b", 8, 12))
    conflict = explain(Instance(jobs, nodes=LOGIN, unavailable=blocks)).conflict
    assert conflict is not None
    assert conflict.work == {"gpu": (16.0, 11.0)}
    assert conflict.unavailable == blocks[1:2]


def test_a_job_without_the_one_that_needs_it_in_time_is_no_work_until_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once s is left out p may run late; whatever question is left open, p is then no part of what is too much."""
    jobs = (
        Job("p", duration=4, arrival=12, demand={"gpu": 1}),
        Job("s", duration=0, deadline=16, demand={"gpu": 1}, after=("p",)),
        Job("a", duration=3, arrival=11, deadline=16, demand={"gpu": 2}),
        Job("b", duration=3, arrival=11, deadline=16, demand={"gpu": 2}),
    )
    for answered in range(12):
        left = iter(range(answered))

        def fail(left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise SolverError("broke")

        with monkeypatch.context() as patch:
            after_the_first(patch, fail)
            found = explain(Instance(jobs, resources={"gpu": 3})).conflict
        assert found is not None
        assert found.work == {}
        assert ("p" in [job.id for job in found.jobs]) <= ("s" in [job.id for job in found.jobs])


def test_the_grid_is_that_of_all_jobs() -> None:
    """Two jobs of 3 on a node twice as fast end at 1.5 and 3, but for a grid of whole steps."""
    jobs = (job_of("a", 3, 3), job_of("b", 3, 3), *(job_of(name, 10, 17) for name in "cde"))
    nodes = (Node("n", {"gpu": 4}, performance=2),)
    found = explain(Instance((*jobs, Job("x", duration=0.5)), nodes=nodes)).conflict
    assert found is not None
    assert [job.id for job in found.jobs] == ["a", "b", "c", "d", "e"]
    assert found.times == (1.5, 1.5, 5, 5, 5)
    assert found.work == {"gpu": (72.0, 68.0)}


def test_lags_count_on_the_grid_of_all_jobs() -> None:
    """On a grid of halves a chain of three with lags of a half ends by 4, on whole steps it would not."""
    chain = (job("a", 1), job("b", 1, after=(Predecessor("a", 0.5),)), job("k", 1, 4, after=(Predecessor("b", 0.5),)))
    found = explain(gpu(*chain, *(job(name, 10, 32) for name in "cde"), job("f", 2.5), capacity=1))
    assert names(found) == ["b", "k", "c", "d", "e"]


def hurried(count: int = 4) -> Instance:
    return gpu(*(job(name, 3, 8, gpu=2) for name in "abcdefgh"[:count]))


def after_the_first(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> list[int]:
    """Do something after CP-SAT has answered first; return how many jobs each question is about."""
    asked: list[int] = []
    solve = module.solve_problem

    def solve_once(problem: Problem, *words: object, **options: object) -> object:
        asked.append(problem.jobs)
        if len(asked) > 1:
            then()
        return solve(problem, *words, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "solve_problem", solve_once)
    return asked


def proven(explanation: Explanation) -> tuple[list[str], bool, StoppedBy]:
    """Return jobs, whether none can be left out, and why it ended; infeasibility is known."""
    assert explanation.status is Status.INFEASIBLE
    assert explanation.conflict is not None
    return names(explanation), explanation.conflict.irreducible, explanation.stopped_by


def test_when_time_runs_out_what_is_proven_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0])
    monkeypatch.setattr(module, "monotonic", lambda: next(clock, np.inf))
    found = explain(hurried(), limits=Limits(time_limit=5))
    assert proven(found) == (["a", "b", "c", "d"], False, StoppedBy.TIME_LIMIT)
    assert resource_names(found) == ("gpu", "cpu")


@pytest.mark.parametrize(
    ("error", "reason"), [(KeyboardInterrupt(), StoppedBy.INTERRUPT), (SolverError("broke"), StoppedBy.FINISHED)]
)
def test_whatever_ends_it_what_is_proven_is_said(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, reason: StoppedBy
) -> None:
    def fail() -> None:
        raise error

    asked = after_the_first(monkeypatch, fail)
    assert proven(explain(hurried())) == (["a", "b", "c", "d"], False, reason)
    assert (len(asked) == 2) is (reason is StoppedBy.INTERRUPT)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Let SIGINT raise KeyboardInterrupt: shells start what runs in the background so that it does not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_during_a_question_that_is_answered_all_the_same_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    answered = CPSAT.solve

    def interrupted(*words: object, **options: object) -> object:
        asked.append(1)
        if len(asked) == 2:
            signal.raise_signal(signal.SIGINT)
        return answered(*words, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(CPSAT, "solve", interrupted)
    found = explain(hurried())
    assert len(asked) == 2
    assert (found.status, found.stopped_by) == (Status.INFEASIBLE, StoppedBy.INTERRUPT)


def test_ctrl_c_between_two_questions_keeps_what_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*words: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(conflicts, "_extended", interrupted)
    found = explain(two_conflicts())
    assert proven(found) == (["a", "b", "c", "d"], True, StoppedBy.INTERRUPT)
    assert resource_names(found) == ("gpu",)


@pytest.mark.parametrize(
    ("where", "jobs"), [("_too_much", "xy"), ("irreducible", "abcd"), ("shortest_prefix", "abcdxy")]
)
def test_ctrl_c_between_any_two_questions_loses_nothing(monkeypatch: pytest.MonkeyPatch, where: str, jobs: str) -> None:
    first = iter([KeyboardInterrupt()])
    work = getattr(module, where)

    def interrupted_once(*words: object) -> object:
        for error in first:
            raise error
        return work(*words)

    monkeypatch.setattr(module, where, interrupted_once)
    found = explain(two_conflicts())
    assert names(found) == list(jobs)
    assert resource_names(found) == ("gpu",)


def test_when_questions_end_nothing_is_asked_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its first question Ctrl-C comes: the search does not go through all jobs once more."""
    looked: list[object] = []
    known = module._Questions.known

    def counted(*words: object, **options: object) -> object:
        looked.append(words)
        return known(*words, **options)  # type: ignore[arg-type]

    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module._Questions, "known", counted)
    after_the_first(monkeypatch, interrupt)
    assert proven(explain(hurried(8)))[1:] == (False, StoppedBy.INTERRUPT)
    assert len(looked) == 2


def test_a_resource_that_is_plentiful_helps_only_with_all_others() -> None:
    """Two jobs of 3 each need the GPU and the CPU until 5: more of one of the two alone is not enough."""
    jobs = tuple(Job(name, duration=3, deadline=5, demand={"gpu": 1, "cpu": 1}) for name in "ab")
    found = explain(Instance(jobs, resources={"gpu": 1, "cpu": 1})).conflict
    assert found is not None
    assert len(found.resources) == 1
    assert found.resources_irreducible


def test_what_no_job_of_a_conflict_needs_is_no_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise SolverError("broke")

    after_the_first(monkeypatch, fail)
    found = explain(two_conflicts())
    assert resource_names(found) == ("gpu",)
    assert found.conflict is not None
    assert not found.conflict.irreducible


def two_conflicts() -> Instance:
    """Return four jobs that need a GPU each for 3 until 9 of which one is too many, and later two of which one is."""
    four = [Job(name, duration=3, deadline=9, demand={"gpu": 1}) for name in "abcd"]
    two = [Job(name, arrival=20, duration=3, deadline=25, demand={"gpu": 1}) for name in "xy"]
    return Instance((*four, *two), resources={"gpu": 1, "cpu": 1})


def test_fewer_jobs_are_found_where_others_are_due_first() -> None:
    found = explain(two_conflicts())
    assert names(found) == ["x", "y"]
    assert resource_names(found) == ("gpu",)
    assert found.conflict is not None
    assert (found.conflict.least_jobs, found.conflict.irreducible) == (2, True)
    assert found.stopped_by is StoppedBy.OPTIMALITY


def test_whether_fewer_are_in_conflict_may_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "smallest", lambda items, conflict, known: iter([(conflict, 1)]))
    found = explain(two_conflicts())
    assert proven(found) == (["a", "b", "c", "d"], True, StoppedBy.FINISHED)
    assert found.conflict is not None
    assert found.conflict.least_jobs == 1


def test_what_is_left_open_only_to_save_time_spoils_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    failures = iter([SolverError("broke")])

    def fail_once() -> None:
        for error in failures:
            raise error

    after_the_first(monkeypatch, fail_once)
    assert proven(explain(hurried(6))) == (["a", "b", "c"], True, StoppedBy.OPTIMALITY)


def test_without_an_answer_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LEAST_SECONDS", 1e-9)
    found = explain(Instance(tuple(job_of(f"{i}", 5 + i % 7, 60) for i in range(60)), resources={"gpu": 24}),
                    limits=Limits(time_limit=1e-9))  # fmt: skip
    assert found == Explanation(Status.UNKNOWN, StoppedBy.TIME_LIMIT)


def test_what_takes_capacity_away_meanwhile_is_shown() -> None:
    blocks = (Unavailable(2, 5, resource="gpu"), Unavailable(0, 9, resource="cpu", amount=1), Unavailable(6, 7))
    conflict = explain(gpu(job("a", 3, 6), unavailable=blocks)).conflict
    assert conflict is not None
    assert conflict.unavailable == blocks[:1]


def test_each_question_is_heard() -> None:
    heard: list[int] = []
    explain(hurried(), on_question=heard.append)
    assert heard[0] == 4
    assert len(heard) > 1


def has_schedule(instance: Instance, jobs: Sequence[Job], resources: Sequence[str]) -> bool:
    """Return whether some of the jobs can keep their deadlines: the others are empty, nothing else is scarce.

    Of what is plentiful each job takes one, and every node that has any of it has one for each job.
    """
    whole = Problem.of(instance)
    absent = np.array([job not in jobs for job in instance.jobs])
    waiting = whole.waiting_job
    kept = ~absent[waiting] & ~absent[whole.predecessor_job]
    empty = absent[whole.mode_job][:, None]
    scarce = np.array([name in resources for name in instance.resource_ids])
    node = np.repeat(np.arange(whole.nodes), np.diff(whole.profile_start))
    part = dataclasses.replace(
        whole,
        release=np.where(absent, 0, whole.release),
        deadline=np.where(absent, NEVER, whole.deadline),
        mode_time=np.where(empty, 0, whole.mode_time),
        mode_demand=np.where(scarce, whole.mode_demand, whole.mode_demand > 0) * ~empty,
        node_capacity=np.where(scarce, whole.node_capacity, (whole.node_capacity > 0) * whole.jobs),
        profile_level=np.where(scarce, whole.profile_level, (whole.node_capacity[node] > 0) * whole.jobs),
        predecessor_start=np.searchsorted(waiting[kept], np.arange(whole.jobs + 1)),
        predecessor_job=whole.predecessor_job[kept],
        predecessor_lag=whole.predecessor_lag[kept],
    )
    return brute_force(part) is not None


def fine(instance: Instance) -> Instance:
    """Return the instance with an empty job beside it that halves the steps of its grid."""
    return replace(instance, jobs=(*instance.jobs, Job("fine", arrival=0.5, duration=0)))


def conflicting() -> list[Instance]:
    coarse = [random_instance(seed, jobs_max=5, objective=Objective.MAKESPAN) for seed in range(400)]
    found = [fine(instance) if seed % 2 else instance for seed, instance in enumerate(coarse)]
    return [instance for instance in found if brute_force(Problem.of(instance)) is None]


CONFLICTING = conflicting()


def test_there_are_conflicts_of_every_kind() -> None:
    assert len(CONFLICTING) > 30
    explanations = [explain(instance).conflict for instance in CONFLICTING]
    assert {len(conflict.jobs) > 1 for conflict in explanations if conflict is not None} == {True, False}
    assert {len(conflict.resources) for conflict in explanations if conflict is not None} >= {0, 1}


@pytest.mark.parametrize("instance", CONFLICTING, ids=lambda instance: instance.name)
def test_whatever_stays_open_what_is_said_is_true(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(len(instance.jobs))

    def fail_often() -> None:
        if random.random() < 1 / 3:
            raise SolverError("broke")

    after_the_first(monkeypatch, fail_often)
    conflict = explain(instance).conflict
    assert conflict is not None
    assert not has_schedule(instance, conflict.jobs, conflict.resources)
    for count in range(1, conflict.least_jobs):
        assert all(has_schedule(instance, some, instance.resource_ids) for some in combinations(instance.jobs, count))
    if conflict.irreducible and len(conflict.jobs) > 1:
        assert all(
            has_schedule(instance, others, instance.resource_ids)
            for others in combinations(conflict.jobs, len(conflict.jobs) - 1)
        )


@pytest.mark.parametrize("instance", CONFLICTING, ids=lambda instance: instance.name)
def test_neither_a_job_nor_a_resource_can_be_left_out(instance: Instance) -> None:
    conflict = explain(instance).conflict
    assert conflict is not None
    assert conflict.irreducible
    assert conflict.resources_irreducible
    assert not has_schedule(instance, conflict.jobs, conflict.resources)
    whole = Problem.of(instance)
    assert [whole.time_scale.steps(time) for time in conflict.times] == [
        least for job, least in zip(instance.jobs, whole.least_time, strict=True) if job in conflict.jobs
    ]
    for one in conflict.jobs:
        others = [other for other in conflict.jobs if other is not one]
        assert not others or has_schedule(instance, others, instance.resource_ids)
    assert conflict.is_smallest
    fewer = combinations(instance.jobs, len(conflict.jobs) - 1)
    assert all(has_schedule(instance, some, instance.resource_ids) for some in fewer if some)
    for name in conflict.resources:
        others_ = [other for other in conflict.resources if other != name]
        assert has_schedule(instance, conflict.jobs, others_)
