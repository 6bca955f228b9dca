import os
import subprocess
import sys
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import brute_force_by_starts, random_schedule
from random_instances import random_instance

from optimizer.instance import Instance, Job, Mode, Node, Predecessor, Unavailable
from optimizer.kernels.compilation import Kernel
from optimizer.kernels.generation import (
    ScheduleGenerator,
    feasible_order,
    left_shifted,
    parallel_schedule,
    serial_schedule,
)
from optimizer.kernels.inputs import Inputs
from optimizer.kernels.parallel import new_state, parallel
from optimizer.kernels.serial import Plan, new_plan, serial, shift_left
from optimizer.kernels.timeline import new_timeline
from optimizer.names import Objective
from optimizer.objective import evaluate
from optimizer.problem import Problem
from optimizer.schedule import Schedule
from optimizer.units import IntArray
from optimizer.validation import Rule, violations
from tests.strategies import instances

ROOT = Path(__file__).parent.parent.parent
GENERATORS = [serial_schedule, parallel_schedule]
Generator = Callable[[Problem, IntArray], Schedule]


def broken(problem: Problem, schedule: Schedule) -> list[Rule]:
    """Return the rules that a schedule breaks, deadlines left out."""
    return [violation.rule for violation in violations(problem, schedule) if violation.rule is not Rule.DEADLINE]


def generate(
    generator: Generator, *jobs: Job, order: str = "", objective: Objective | None = None, **cluster: object
) -> tuple[dict[str, int], Schedule]:
    """Return the starts by job, and the schedule, for jobs in an order given by their one-letter ids."""
    instance = Instance(jobs=jobs, **(cluster or {"resources": {"gpu": 4}}))  # type: ignore[arg-type]
    problem = Problem.of(instance, objective)
    ids = [job.id for job in jobs]
    schedule = generator(problem, np.array([ids.index(name) for name in order or ids]))
    assert broken(problem, schedule) == []
    return dict(zip(ids, schedule.start.tolist(), strict=True)), schedule


def gpus(name: str, duration: float, amount: float, **fields: object) -> Job:
    return Job(name, duration=duration, demand={"gpu": amount}, **fields)  # type: ignore[arg-type]


def test_serial_fills_gaps_before_jobs_that_were_placed_earlier() -> None:
    starts, _ = generate(serial_schedule, gpus("a", 5, 3), gpus("b", 2, 4), gpus("c", 4, 1))
    assert starts == {"a": 0, "b": 5, "c": 0}


def test_serial_keeps_the_place_of_a_large_job_where_parallel_delays_it() -> None:
    jobs = [gpus("a", 2, 3), gpus("b", 2, 4), gpus("c", 4, 1)]
    assert generate(serial_schedule, *jobs)[0] == {"a": 0, "b": 2, "c": 4}
    assert generate(parallel_schedule, *jobs)[0] == {"a": 0, "b": 4, "c": 0}


@pytest.mark.parametrize(
    ("generator", "expected"),
    [(serial_schedule, {"a": 6, "b": 0, "c": 11, "d": 18}), (parallel_schedule, {"a": 11, "b": 0, "c": 4, "d": 16})],
)
def test_a_job_does_not_run_into_a_block(generator: Generator, expected: dict[str, int]) -> None:
    block = Unavailable(4, 6, amount=2)
    jobs = [gpus("a", 5, 3), gpus("b", 4, 4), gpus("c", 7, 2), gpus("d", 3, 4)]
    assert generate(generator, *jobs, resources={"gpu": 4}, unavailable=(block,))[0] == expected


@pytest.mark.parametrize("generator", GENERATORS)
def test_lags_and_arrivals_delay_a_job(generator: Generator) -> None:
    a, b = gpus("a", 3, 1, arrival=1), gpus("b", 1.5, 1, after=(Predecessor("a", 2.5),))
    starts, schedule = generate(generator, a, b, gpus("c", 1, 1, arrival=9, after=("b",)))
    assert starts == {"a": 2, "b": 13, "c": 18}  # in halves
    assert schedule.end.tolist() == [8, 16, 20]


@pytest.mark.parametrize("generator", GENERATORS)
def test_an_order_against_precedence_is_repaired(generator: Generator) -> None:
    starts, _ = generate(generator, gpus("a", 2, 4), gpus("b", 1, 4, after=("a",)), gpus("c", 3, 4), order="bca")
    assert starts == {"c": 0, "a": 3, "b": 5}


@pytest.mark.parametrize(("generator", "start", "mode"), [(serial_schedule, 2, 1), (parallel_schedule, 0, 2)])
def test_a_job_takes_the_mode_that_ends_first(generator: Generator, start: int, mode: int) -> None:
    """The wide mode of b has to wait for a, which in the parallel scheme no job does."""
    b = Job("b", modes=(Mode(2, {"gpu": 4}), Mode(5, {"gpu": 2})))
    assert generate(generator, gpus("a", 4, 2), b)[1].mode.tolist() == [0, 2]
    starts, schedule = generate(generator, gpus("a", 2, 2), b)
    assert (starts["b"], schedule.mode[1]) == (start, mode)


@pytest.mark.parametrize(("objective", "mode"), [(Objective.MEAN_FLOW_TIME, 0), (Objective.MEAN_WAIT_TIME, 1)])
def test_of_modes_that_end_together_the_cheaper_is_taken(objective: Objective, mode: int) -> None:
    """The first waits for the end of the block, the second does not."""
    job = Job("a", arrival=1, modes=(Mode(1, {"gpu": 3}), Mode(3, {"gpu": 1})))
    blocks = (Unavailable(1, 3, amount=2),)
    _, schedule = generate(serial_schedule, job, objective=objective, resources={"gpu": 4}, unavailable=blocks)
    assert (schedule.mode[0], schedule.end[0]) == (mode, 4)


@pytest.mark.parametrize(
    ("generator", "starts", "nodes"),
    [(serial_schedule, [0, 2, 0, 1], [1, 1, 0, 0]), (parallel_schedule, [0, 0, 9, 0], [1, 0, 0, 0])],
)
def test_a_job_takes_the_node_where_it_ends_first(generator: Generator, starts: list[int], nodes: list[int]) -> None:
    """In the serial scheme d ends at 10 on both nodes."""
    cluster = (Node("slow", {"gpu": 4}), Node("fast", {"gpu": 2}, performance=2))
    jobs = [gpus("a", 4, 2), gpus("b", 6, 2), gpus("c", 1, 3), gpus("d", 9, 2)]
    _, schedule = generate(generator, *jobs, nodes=cluster)
    assert (schedule.start.tolist(), schedule.node.tolist()) == (starts, nodes)


@pytest.mark.parametrize("generator", GENERATORS)
def test_an_empty_job_runs_at_once_even_where_everything_is_taken(generator: Generator) -> None:
    a, b = gpus("a", 6, 4), gpus("b", 0, 4, arrival=2)
    c = gpus("c", 1, 1, after=("b",))
    nodes = (Node("small", {"gpu": 2}), Node("large", {"gpu": 4}))
    starts, schedule = generate(generator, a, b, c, nodes=nodes)
    assert starts == {"a": 0, "b": 2, "c": 2}
    assert schedule.node.tolist() == [1, 1, 0]


@pytest.mark.parametrize("generator", GENERATORS)
def test_deadlines_that_cannot_be_kept_are_missed(generator: Generator) -> None:
    starts, _ = generate(generator, gpus("a", 3, 4), gpus("b", 2, 4, deadline=4))
    assert starts == {"a": 0, "b": 3}


def test_parallel_passes_over_a_job_that_a_block_keeps_back() -> None:
    """At 0, a and b would run into the block, c and d fit before it, d only after c."""
    jobs = [gpus("a", 5, 3), gpus("b", 6, 3), gpus("c", 2, 3), gpus("d", 2, 3)]
    starts, _ = generate(parallel_schedule, *jobs, resources={"gpu": 4}, unavailable=(Unavailable(4, 5, amount=2),))
    assert starts == {"c": 0, "d": 2, "a": 5, "b": 10}


def test_a_generator_serves_many_orders_and_can_be_stopped() -> None:
    problem = Problem.of(Instance(jobs=(gpus("a", 5, 3), gpus("b", 2, 4), gpus("c", 4, 1)), resources={"gpu": 4}))
    generator = ScheduleGenerator(problem)
    for order in permutations(range(3)):
        for method, once in ((generator.serial, serial_schedule), (generator.parallel, parallel_schedule)):
            schedule = method(np.array(order))
            assert schedule is not None
            assert schedule.start.tolist() == once(problem, np.array(order)).start.tolist()
    assert generator.serial(np.arange(3), lambda: True) is None


def test_left_shift_keeps_modes_and_nodes() -> None:
    nodes = (Node("slow", {"gpu": 4}), Node("fast", {"gpu": 4}, performance=2))
    problem = Problem.of(Instance(jobs=(gpus("a", 4, 4), gpus("b", 4, 4, after=("a",)), gpus("e", 0, 0)), nodes=nodes))
    loose = Schedule.starting(problem, np.array([3, 9, 9]), np.array([0, 1, 2]), np.array([0, 0, 1]))
    tight = left_shifted(problem, loose)
    assert (tight.start.tolist(), tight.end.tolist(), tight.node.tolist()) == ([0, 4, 0], [4, 8, 0], [0, 0, 1])


def test_feasible_order_goes_by_key_then_arrival_then_file() -> None:
    jobs = (gpus("a", 1, 1, arrival=2), gpus("b", 1, 1, arrival=1), gpus("c", 1, 1, arrival=1), gpus("d", 1, 1))
    problem = Problem.of(Instance(jobs=jobs, resources={"gpu": 4}))
    assert feasible_order(problem, np.array([1.0, 1, 1, 2])).tolist() == [1, 2, 0, 3]


def test_feasible_order_holds_back_successors() -> None:
    after = {0: (), 1: ("j4",), 2: ("j0",), 3: ("j1", "j2"), 4: ()}
    jobs = tuple(gpus(f"j{i}", 1, 1, after=names) for i, names in after.items())
    problem = Problem.of(Instance(jobs=jobs, resources={"gpu": 4}))
    assert feasible_order(problem, np.array([5, 1, 2, 0, 4])).tolist() == [4, 1, 0, 2, 3]
    assert feasible_order(problem, np.array([0, 5, 1, 6, 3])).tolist() == [0, 2, 4, 1, 3]


@given(instances(max_jobs=7), st.randoms(use_true_random=False))
def test_schedules_are_valid_and_no_job_can_start_earlier_on_its_own(instance: Instance, rng: Random) -> None:
    problem = Problem.of(instance)
    order = np.array(rng.sample(range(problem.jobs), problem.jobs))
    for generator in GENERATORS:
        schedule = generator(problem, order)
        assert broken(problem, schedule) == []
        for j in range(problem.jobs if generator is serial_schedule else 0):
            for earlier in range(problem.release[j], schedule.start[j]):
                start = schedule.start.copy()
                start[j] = earlier
                assert broken(problem, Schedule.starting(problem, start, schedule.mode, schedule.node))


@given(instances(max_jobs=6), st.randoms(use_true_random=False))
def test_parallel_leaves_no_job_waiting_that_could_run(instance: Instance, rng: Random) -> None:
    """Of the jobs that start later, none fits beside those that have started by then, in any mode on any node."""
    problem = Problem.of(instance)
    schedule = parallel_schedule(problem, np.array(rng.sample(range(problem.jobs), problem.jobs)))
    for now in {int(t) for t in (*schedule.end, *problem.release)}:
        for j in np.flatnonzero(schedule.start > now).tolist():
            before = set(np.flatnonzero(schedule.start <= now).tolist())
            own = slice(problem.predecessor_start[j], problem.predecessor_start[j + 1])
            after = schedule.end[problem.predecessor_job[own]] + problem.predecessor_lag[own]
            ready = after.max(initial=problem.release[j])
            if ready <= now and set(problem.predecessor_job[own].tolist()) <= before:
                assert not _fits_beside(problem, schedule, before, j, now)


def _fits_beside(problem: Problem, schedule: Schedule, before: set[int], j: int, now: int) -> bool:
    """Return whether some mode of job j can start now when only the jobs ``before`` and it are there."""
    far = problem.horizon + np.arange(problem.jobs) * problem.horizon
    for m in range(problem.mode_start[j], problem.mode_start[j + 1]):
        for v in range(problem.nodes):
            start, mode, node = far.copy(), schedule.mode.copy(), schedule.node.copy()
            for i in before:
                start[i] = schedule.start[i]
            start[j], mode[j], node[j] = now, m, v
            moved = Schedule.starting(problem, start, mode, node)
            if not set(broken(problem, moved)) - {Rule.PRECEDENCE}:
                return True
    return False


@given(instances(), st.randoms(use_true_random=False))
def test_left_shift_delays_no_job(instance: Instance, rng: Random) -> None:
    problem = Problem.of(instance)
    loose = random_schedule(problem, rng)
    tight = left_shifted(problem, loose)
    assert broken(problem, tight) == []
    assert (tight.start <= loose.start).all()
    assert (tight.mode == loose.mode).all()
    assert (tight.node == loose.node).all()
    assert (left_shifted(problem, tight).start == tight.start).all()


@given(instances(), st.integers(2, 4), st.randoms(use_true_random=False))
def test_a_schedule_of_a_coarser_grid_is_shifted_onto_the_fine_one(instance: Instance, step: int, rng: Random) -> None:
    problem = Problem.of(instance)
    coarse = random_schedule(problem.coarsened(step), rng)
    stretched = Schedule(coarse.start * step, coarse.end * step, coarse.mode, coarse.node)
    tight = left_shifted(problem, stretched)
    assert broken(problem, tight) == []
    assert (tight.end <= stretched.end).all()


@settings(max_examples=30)
@given(instances(max_jobs=4, modes=False, nodes=False, deadlines=False))
def test_some_order_is_optimal_with_one_mode_and_node(instance: Instance) -> None:
    problem = Problem.of(instance)
    values = [
        evaluate(problem, serial_schedule(problem, np.array(order))) for order in permutations(range(problem.jobs))
    ]
    assert min(values) == pytest.approx(brute_force_by_starts(instance))


def run_all(problem: Problem, order: IntArray, *, compiled: bool) -> list[list[int]]:
    """Return the arrays of all three kernels."""
    inputs, plans = Inputs.of(problem), [new_plan(problem.jobs), new_plan(problem.jobs)]
    shifted = Plan(np.zeros_like(order), np.zeros_like(order), plans[1].mode, plans[1].node)

    def version(kernel: Kernel[..., None]) -> Callable[..., None]:
        return kernel.compiled if compiled else kernel

    version(serial)(inputs, order, new_timeline(inputs), plans[0])
    version(parallel)(inputs, order, new_state(inputs), new_timeline(inputs), plans[1])
    version(shift_left)(inputs, order, new_timeline(inputs), shifted)
    return [array.tolist() for plan in (*plans, shifted) for array in plan]


def test_compiled_and_interpreted_kernels_agree_in_both_forms_of_a_timeline(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(100):
        problem = Problem.of(random_instance(seed, jobs_max=12))
        order = feasible_order(problem, np.random.default_rng(seed).random(problem.jobs))
        plans = [run_all(problem, order, compiled=True), run_all(problem, order, compiled=False)]
        with monkeypatch.context() as patch:
            patch.setattr("optimizer.kernels.timeline.are_suitable", lambda *_: False)
            plans += [run_all(problem, order, compiled=True), run_all(problem, order, compiled=False)]
        assert plans == [plans[0]] * 4


def test_kernels_keep_to_their_arrays(tmp_path: Path) -> None:
    """The test above once more in a process in which numba checks every index."""
    checked = f"{__file__}::{test_compiled_and_interpreted_kernels_agree_in_both_forms_of_a_timeline.__name__}"
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_OPT": "0"}
    code = f"import numba, pytest; assert numba.config.BOUNDSCHECK; raise SystemExit(pytest.main([{checked!r}]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
