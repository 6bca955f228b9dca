import logging
from itertools import pairwise

import numpy as np
import pytest

from optimizer.generate import generate
from optimizer.instance import Instance, Job, Node
from optimizer.kernels.generation import serial_schedule
from optimizer.names import Objective, Status, StoppedBy
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.schedule import Schedule
from optimizer.solvers.base import Answer
from optimizer.solvers.exact import branch_and_cut, guess_size
from optimizer.solvers.monitor import Monitor
from optimizer.solvers.solve import solve
from tests.oracle import brute_force

LIMITS = Limits(time_limit=60, threads=1)


def test_equal_nodes_are_told_apart_again_where_it_branches() -> None:
    """On two nodes with 3 GPUs jobs of 2 do not run three at a time, though 6 GPUs would do."""
    jobs = tuple(Job(f"j{i}", duration=2 + i % 2, demand={"gpu": 2}) for i in range(5))
    instance = Instance(jobs, nodes=(Node("n", {"gpu": 3}, count=2),))
    result = solve(instance, "branch-and-cut", limits=LIMITS)
    assert result.status is Status.OPTIMAL
    assert result.value == pytest.approx(brute_force(Problem.of(instance)))


@pytest.mark.parametrize("family", ["server", "cluster"])
def test_it_agrees_with_another_exact_solver(family: str) -> None:
    instance = generate(family, 15, seed=2)
    own, other = (solve(instance, solver, limits=LIMITS) for solver in ("branch-and-cut", "cp-sat"))
    assert (own.status, other.status) == (Status.OPTIMAL, Status.OPTIMAL)
    assert own.value == pytest.approx(other.value)


def test_a_coarse_grid_keeps_the_bound_below_what_is_best() -> None:
    jobs = tuple(Job(f"j{i}", arrival=3 * i, duration=4 + i, demand={"gpu": 1}) for i in range(5))
    instance = Instance(jobs, resources={"gpu": 1})
    result = solve(instance, "branch-and-cut", limits=LIMITS, time_step=3)
    assert result.value is not None
    assert result.lower_bound is not None
    assert result.lower_bound <= brute_force(Problem.of(instance)) <= result.value  # type: ignore[operator]


def test_a_schedule_that_is_optimal_is_proven_so() -> None:
    instance = generate("server", 15, seed=2)
    best = solve(instance, "cp-sat", limits=LIMITS)
    again = solve(instance, "branch-and-cut", limits=LIMITS, warm_start=best.schedule)
    assert again.status is Status.OPTIMAL
    assert again.schedule is not None
    assert np.isclose(again.value, best.value)  # type: ignore[arg-type]


def test_what_no_schedule_keeps_is_infeasible() -> None:
    jobs = tuple(Job(f"j{i}", duration=2, demand={"gpu": 1}, deadline=5) for i in range(6))
    result = solve(Instance(jobs, resources={"gpu": 2}), "branch-and-cut", limits=LIMITS)
    assert result.status is Status.INFEASIBLE


def grow_by(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each guess leave so many times the columns of the one before."""
    monkeypatch.setattr(guess_size, "_LARGER", factor)
    monkeypatch.setattr(guess_size, "_MUCH_LARGER", factor)


def guess_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let cuts end at once, which leaves much to guess, and the first guess leave a column a job."""
    for name, figure in {"_LOOK": 0.0, "_SLOW_SHARE": 1.1, "_FIRST_FOR_HIGHS": 1, "_FIRST_FOR_TREE": 1}.items():
        monkeypatch.setattr(branch_and_cut, name, figure)
    grow_by(1.6, monkeypatch)
    monkeypatch.setattr(branch_and_cut.CuttingPlanes, "in_last_phase", True)


@pytest.mark.parametrize("objective", ["max-lateness", "mean-flow-time"])
def test_what_no_schedule_keeps_is_infeasible_after_guesses_too(
    objective: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    guess_at_once(monkeypatch)
    monkeypatch.setattr(branch_and_cut._Search, "_time_for", lambda *_: 60.0)
    jobs = tuple(Job(f"j{i}", duration=2, demand={"gpu": 1}, deadline=5) for i in range(6))
    instance = Instance(jobs, resources={"gpu": 2})
    result = solve(instance, "branch-and-cut", objective=objective, limits=LIMITS)
    assert result.status is Status.INFEASIBLE


def leave_guesses_to_highs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branch_and_cut, "branches_on_starts", lambda _: False)


@pytest.mark.parametrize("by", ["highs", "tree"])
@pytest.mark.parametrize("seed", [0, 1])
def test_guesses_that_are_refuted_raise_the_bound_up_to_the_optimum(
    seed: int, by: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    guess_at_once(monkeypatch)
    if by == "highs":
        leave_guesses_to_highs(monkeypatch)
    else:
        grow_by(1.2, monkeypatch)
    monkeypatch.setattr(branch_and_cut, "_PRICES_SHARE", 0.0)
    monkeypatch.setattr(branch_and_cut._Search, "_time_for", lambda *_: 60.0)
    instance = generate("server", 14, seed)
    best = solve(instance, "cp-sat", limits=LIMITS)
    with caplog.at_level(logging.INFO):
        result = solve(instance, "branch-and-cut", limits=LIMITS)
    guesses = [float(record.args[1]) for record in caplog.records if "columns cost at most" in record.msg]  # type: ignore[index,arg-type]
    assert len(guesses) > 2
    assert guesses == sorted(set(guesses))
    assert (result.status, result.value) == (Status.OPTIMAL, best.value)
    bounds = [row.lower_bound for row in result.trace if row.lower_bound is not None]
    assert all(bound <= best.value + 1e-9 for bound in bounds)  # type: ignore[operator]
    above_first = [(guess, larger) for guess, larger in pairwise(guesses) if guess >= bounds[0]]
    assert len(above_first) > 2
    for guess, larger in above_first:
        assert any(guess < bound <= larger for bound in bounds)


def test_a_guess_that_is_refuted_when_time_is_up_does_not_make_the_problem_infeasible(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    guess_at_once(monkeypatch)
    leave_guesses_to_highs(monkeypatch)
    run = branch_and_cut.HiGHSRun.run

    def run_and_stop(self: branch_and_cut.HiGHSRun, limits: Limits, seed: int, seconds: float) -> Answer:
        answer = run(self, limits, seed, seconds)
        self._monitor.stop(StoppedBy.TIME_LIMIT)
        return answer

    monkeypatch.setattr(branch_and_cut.HiGHSRun, "run", run_and_stop)
    problem = Problem.of(generate("server", 14, seed=0))
    monitor = Monitor(problem, LIMITS)
    answer = branch_and_cut.BranchAndCut().solve(problem, LIMITS, seed=0, warm_start=None, monitor=monitor)
    assert not answer.infeasible


@pytest.mark.parametrize("ending", [StoppedBy.TIME_LIMIT, StoppedBy.MEMORY])
def test_a_guess_that_is_not_decided_makes_way_for_cuts_and_a_smaller_one(
    ending: StoppedBy, monkeypatch: pytest.MonkeyPatch
) -> None:
    guess_at_once(monkeypatch)
    leave_guesses_to_highs(monkeypatch)
    for name, figure in {"_FIRST_FOR_HIGHS": 16, "_LEAST_SECONDS": 0.0}.items():
        monkeypatch.setattr(branch_and_cut, name, figure)
    rounds, cut, run = [], branch_and_cut._Search._cut, branch_and_cut.HiGHSRun.run

    def counted(self: branch_and_cut._Search) -> Answer | None:
        rounds.append(self._size.columns)
        return cut(self)

    def undecided_at_first(self: branch_and_cut.HiGHSRun, limits: Limits, seed: int, seconds: float) -> Answer:
        return run(self, limits, seed) if len(rounds) > 1 else Answer(ending)

    monkeypatch.setattr(branch_and_cut._Search, "_cut", counted)
    monkeypatch.setattr(branch_and_cut.HiGHSRun, "run", undecided_at_first)
    monkeypatch.setattr(branch_and_cut.CuttingPlanes, "settled", property(lambda planes: planes.bound == np.inf))
    instance = generate("server", 14, seed=0)
    result = solve(instance, "branch-and-cut", limits=LIMITS)
    assert len(rounds) > 1
    assert rounds[1] < rounds[0]
    assert result.status is Status.OPTIMAL
    assert result.value == solve(instance, "cp-sat", limits=LIMITS).value


def test_a_guess_not_above_the_bound_of_cuts_that_gain_nothing_has_its_time() -> None:
    """Where totals have no common step a guess may be rounded to just below the bound."""
    jobs = tuple(Job(f"j{p}", duration=p, demand={"gpu": 1}) for p in (9973, 9967, 9949, 9941, 9931))
    problem = Problem.of(Instance(jobs, resources={"gpu": 5}), objective=Objective.MEAN_SLOWDOWN)
    search = branch_and_cut._Search(problem, LIMITS, 0, Monitor(problem, LIMITS))
    assert search.costs.granularity == 0
    search._planes = branch_and_cut.CuttingPlanes(problem, total=search.costs.total_of(1.01))
    search._history = [(0.0, 1.0), (3.0, 1.0)]
    assert search._time_for(search._planes.bound - 1e-9) == 6.0


def test_a_schedule_is_suggested_once_when_cuts_are_steady(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem.of(generate("cluster", 20, seed=0))
    search = branch_and_cut._Search(problem, LIMITS, 0, monitor := Monitor(problem, LIMITS))
    heard: list[Schedule] = []
    monitor.on_suggestion(heard.append)
    monitor.report(serial_schedule(problem, np.arange(20)))
    search._planes = branch_and_cut.CuttingPlanes(problem)
    search._planes.advance()
    half = monitor.known_total / 2
    for is_last, gained in ((False, 0.0), (True, half / 2), (True, 0.0), (True, 0.0)):
        monkeypatch.setattr(branch_and_cut.CuttingPlanes, "in_last_phase", is_last)
        search._history = [(1.0, half), (2.0, half + gained)]
        assert not heard or gained == 0
        search._suggest()
    assert len(heard) == 1


@pytest.mark.parametrize("quick", [True, False])
def test_guesses_grow_sooner_when_they_are_quick(quick: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem.of(generate("server", 20, seed=0))
    search = branch_and_cut._Search(problem, LIMITS, 0, Monitor(problem, LIMITS))
    search._planes = branch_and_cut.CuttingPlanes(problem)
    search._history = [(3600.0 if quick else -1.0, 0.0)]
    monkeypatch.setattr(branch_and_cut, "_LOOK", 0.0)
    tried: list[int] = []

    def decided(columns: int) -> Answer:
        tried.append(columns)
        return Answer(StoppedBy.OPTIMALITY if columns < 110 else StoppedBy.TIME_LIMIT)

    monkeypatch.setattr(search, "_next_guess", lambda: (float(search._size.columns), 60.0))
    monkeypatch.setattr(search, "_branch_below", lambda *_: decided(search._size.columns))
    assert search._guess() is None
    assert tried == ([80, 160, 113, 95] if quick else [80, 100, 125])


@pytest.mark.parametrize("step", [1, 5])
def test_what_another_has_found_goes_to_the_tree_on_its_grid(step: int) -> None:
    jobs = tuple(Job(name, duration=step * (2 + i), demand={"gpu": 1}) for i, name in enumerate("abc"))
    problem = Problem.of(Instance(jobs, resources={"gpu": 1}))
    working = problem.coarsened(step)
    monitor = Monitor(problem, Limits(), working=working)
    monitor.report(serial_schedule(working, np.arange(3)))
    search = branch_and_cut._Search(working, LIMITS, 0, monitor)
    best = search._best(2 + 5 + 9)
    assert best is not None
    assert best.start.tolist() == [0, 2, 5]
    assert search._best(15) is None
