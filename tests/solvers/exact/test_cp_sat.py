from ortools.sat.python import cp_model

from optimizer.generate import generate
from optimizer.instance import Instance, Job
from optimizer.names import Objective, Status, StoppedBy
from optimizer.objective import Costs
from optimizer.problem import Problem
from optimizer.result import Limits
from optimizer.solvers.exact.cp_sat import _set_parameters
from optimizer.solvers.solve import solve


def test_proven_infeasible() -> None:
    jobs = tuple(Job(f"j{i}", duration=2, demand={"gpu": 1}, deadline=5) for i in range(3))
    result = solve(Instance(jobs, resources={"gpu": 1}), "cp-sat")
    assert (result.status, result.stopped_by) == (Status.INFEASIBLE, StoppedBy.OPTIMALITY)


def test_stops_at_the_time_limit_with_schedule_and_bound() -> None:
    result = solve(generate("server", 60, seed=1), "cp-sat", limits=Limits(time_limit=1))
    assert (result.status, result.stopped_by) == (Status.FEASIBLE, StoppedBy.TIME_LIMIT)
    assert result.lower_bound is not None


def test_stops_at_the_gap() -> None:
    result = solve(generate("server", 30, seed=1), "cp-sat", limits=Limits(time_limit=20, gap=0.5))
    assert result.stopped_by is StoppedBy.GAP


def test_core_search_for_sums_on_two_threads() -> None:
    """Measured: the default search leaves the bound of a sum near the durations'."""
    for threads, is_maximum, linear, subsolvers in (
        (2, False, 2, ["core"]),
        (2, True, 1, []),
        (1, True, 0, []),
        (4, False, 2, []),
    ):
        parameters = cp_model.CpSolver().parameters
        _set_parameters(parameters, Limits(threads=threads), 3, 10.0, is_maximum)
        assert list(parameters.subsolvers) == subsolvers
        assert parameters.linearization_level == linear
        assert (parameters.num_workers, parameters.random_seed) == (threads, 3)
        assert not parameters.catch_sigint_signal


def test_one_thread_is_deterministic() -> None:
    instance = generate("server", 15, seed=4)
    runs = [solve(instance, "cp-sat", seed=2, limits=Limits(threads=1, time_limit=20)) for _ in range(2)]
    assert [row.value for row in runs[0].trace] == [row.value for row in runs[1].trace]
    assert (runs[0].schedule.start == runs[1].schedule.start).all()  # type: ignore[union-attr]


def test_makespan() -> None:
    result = solve(generate("server", 20, seed=2), "cp-sat", objective=Objective.MAKESPAN)
    assert result.status is Status.OPTIMAL


def test_refuting_values_from_below_ends_at_the_optimum() -> None:
    jobs = tuple(
        Job(f"j{i}", duration=1 + i * 7 % 5, demand={"gpu": 1 + i * 5 % 3}, after=(f"j{i - 6}",) if i > 5 else ())
        for i in range(24)
    )
    project = Instance(jobs, resources={"gpu": 4}, objective=Objective.MAKESPAN)
    limits = Limits(threads=1, time_limit=60)
    above, below = (solve(project, "cp-sat", options={"destructive": way}, limits=limits) for way in (False, True))
    assert (below.status, below.value) == (Status.OPTIMAL, above.value)
    assert len({row.value for row in below.trace}) < len({row.value for row in above.trace})  # it finds few before


def test_costs_that_are_no_integers_are_proven_on_a_fine_grid() -> None:
    times = (31, 37, 41, 43, 47, 53, 59, 61)  # their common multiple is too large for slopes that are integers
    jobs = tuple(Job(f"j{p}", duration=p, demand={"g": 1 + p % 2}) for p in times)
    instance = Instance(jobs, resources={"g": 3}, objective=Objective.MEAN_SLOWDOWN)
    assert not Costs.of(Problem.of(instance)).granularity
    assert solve(instance, "cp-sat").status is Status.OPTIMAL
