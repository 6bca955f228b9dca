import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.errors import UsageError
from optimizer.instance import Instance, Job, Node, Unavailable
from optimizer.names import Kind
from optimizer.problem import Problem
from optimizer.render.chart import LANE, Chart, on_one_axis, packed
from optimizer.render.colors import OTHER, PALETTE, RANKS, WRONG, Groups, text_color
from optimizer.render.load import job_counts, mean_between, node_loads, resource_loads
from optimizer.schedule import Schedule, Segments

intervals = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12)), min_size=1, max_size=60)


def on_two_nodes(rows: list[tuple[int, int, int, int]]) -> tuple[Problem, Schedule]:
    """A problem with a job for each (start, length, demand, node), and the schedule that says so."""
    jobs = tuple(Job(f"j{i}", duration=p, demand={"cpu": r, "mem": 0.5 * r}) for i, (_, p, r, _) in enumerate(rows))
    instance = Instance(
        jobs,
        nodes=(Node("n", {"cpu": 4, "mem": 4}, count=2),),
        unavailable=(Unavailable(5, 9, node="n-1", resource="cpu", amount=3), Unavailable(7, 12)),
    )
    problem = Problem.of(instance)
    unit = instance.time_scale.per_unit
    start, node = (np.array(column, dtype=np.int64) for column in ([s * unit for s, *_ in rows], [r[3] for r in rows]))
    return problem, Schedule.starting(problem, start, np.arange(len(rows)), node)


rows_on_nodes = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 6), st.integers(0, 4), st.integers(0, 1)), min_size=1, max_size=30
)


@given(intervals)
def test_lanes_never_overlap_and_are_as_few_as_can_be(pairs: list[tuple[int, int]]) -> None:
    start = np.array([s for s, _ in pairs])
    end = start + [p for _, p in pairs]
    lane, shown_end = packed(start, end), np.maximum(end, start + 1)
    for i in range(len(pairs)):
        same = (lane == lane[i]) & (np.arange(len(pairs)) != i)
        assert not (same & (start < shown_end[i]) & (shown_end > start[i])).any()
    assert lane.max() + 1 == max(((start <= t) & (t < shown_end)).sum() for t in start)


@given(rows_on_nodes)
def test_bars_stay_in_the_band_of_their_node(rows: list[tuple[int, int, int, int]]) -> None:
    problem, schedule = on_two_nodes(rows)
    chart = Chart.of(problem, schedule)
    for layout in (chart.lanes, chart.job_rows):
        band = np.searchsorted(layout.first, layout.of_bar, side="right") - 1
        if layout is chart.job_rows:
            assert (layout.job[layout.of_bar] == chart.job).all()
            assert len(layout) == len(rows)
        else:
            assert (layout.job == LANE).all()
            assert (np.diff(layout.first) >= 1).all(), "an idle node keeps a lane"
            assert (band == schedule.node).all()
    row_node = np.repeat([0, 1], np.diff(chart.job_rows.first))
    assert (row_node[chart.job_rows.of_bar] == schedule.node).all()


@given(rows_on_nodes)
def test_load_is_the_sum_of_what_runs(rows: list[tuple[int, int, int, int]]) -> None:
    problem, schedule = on_two_nodes(rows)
    taken = {(v, t): (3 if v == 1 and 5 <= t < 9 else 0, 7 <= t < 12) for v in (0, 1) for t in range(30)}
    for load, per_cpu in zip(resource_loads(problem, schedule), (1, 0.5), strict=True):
        assert load.total == 8
        for t in range(30):
            used = [sum(r for s, p, r, node in rows if node == v and s <= t < s + p) * per_cpu for v in (0, 1)]
            free = [0 if taken[v, t][1] else 4 - (taken[v, t][0] if load.resource == "cpu" else 0) for v in (0, 1)]
            at = np.searchsorted(load.time, t, side="right") - 1
            assert load.usage[at] == sum(used)
            assert load.capacity[at] == sum(free)
            assert load.excess[at] == sum(max(0, u - f) for u, f in zip(used, free, strict=True))


def test_load_of_each_node_adds_up() -> None:
    problem, schedule = on_two_nodes([(0, 4, 2, 0), (1, 2, 3, 1), (3, 5, 1, 1)])
    times = np.linspace(0, 14, 29)
    together = resource_loads(problem, schedule)[0]
    apart = [loads[0] for loads in node_loads(problem, schedule)]
    total = sum(mean_between(load.time, load.usage, times) for load in apart)
    assert mean_between(together.time, together.usage, times) == pytest.approx(total)
    assert together.utilization((0, 14)) == pytest.approx((4 * 2 + 2 * 3 + 5) / (8 * 14))


def test_mean_between_holds_the_last_value_and_starts_at_zero() -> None:
    means = mean_between(np.array([1.0, 3.0]), np.array([2.0, 4.0]), np.array([0.0, 2.0, 4.0, 6.0]))
    assert means.tolist() == [1.0, 3.0, 4.0]


def preempted() -> tuple[Problem, Schedule]:
    jobs = (Job("a", duration=4, demand={"cpu": 1}), Job("b", arrival=1, duration=2, demand={"cpu": 1}))
    problem = Problem.of(Instance(jobs, resources={"cpu": 1}))
    pieces = Segments(np.array([0, 2, 3]), np.array([0, 4, 2]), np.array([2, 6, 4]), np.zeros(3, dtype=np.int64))
    return problem, Schedule(np.array([0, 2]), np.array([6, 4]), np.arange(2), np.zeros(2, dtype=np.int64), pieces)


def test_pieces_of_a_preempted_job_share_its_row() -> None:
    chart = Chart.of(*preempted())
    assert chart.job_rows.of_bar.tolist() == [0, 0, 1]
    assert chart.lanes.of_bar.tolist() == [0, 0, 0]
    assert chart.window == (0, 6)


def test_preempted_jobs_wait_between_their_pieces() -> None:
    problem, schedule = preempted()
    counts = job_counts(Chart.of(problem, schedule), schedule)
    edges = np.arange(7.0)
    assert mean_between(*counts["waiting"], edges).tolist() == [0, 1, 1, 1, 0, 0]
    assert mean_between(*counts["running"], edges).tolist() == [1] * 6


def test_times_are_in_the_unit_of_the_user() -> None:
    job = Job("a", arrival=0.25, duration=1.5, due=3, deadline=4.75, demand={"cpu": 1})
    problem = Problem.of(Instance((job, Job("b", duration=1)), resources={"cpu": 1}))
    chart = Chart.of(problem, Schedule.starting(problem, np.array([1, 0]), np.arange(2), np.zeros(2, dtype=np.int64)))
    assert chart.start.tolist() == [0.25, 0]
    assert chart.end.tolist() == [1.75, 1]
    assert chart.arrival.tolist() == [0.25, 0]
    assert chart.due.tolist() == [3, np.inf]
    assert chart.deadline.tolist() == [4.75, np.inf]
    assert not chart.late.any()


@pytest.mark.parametrize(("mode", "node"), [(0, 1), (0, -1), (1, 0)])
def test_a_schedule_with_unknown_modes_or_nodes_is_refused(mode: int, node: int) -> None:
    problem = Problem.of(Instance((Job("a", duration=1),), resources={"cpu": 1}))
    schedule = Schedule(np.array([0]), np.array([1]), np.array([mode]), np.array([node]))
    with pytest.raises(UsageError, match="does not exist"):
        Chart.of(problem, schedule)


def test_groups_are_users_then_kinds_then_none() -> None:
    def groups(*jobs: Job) -> Groups:
        return Groups.of(Instance(jobs, resources={"cpu": 1}))

    by_user = groups(Job("a", duration=1, user="u"), Job("b", duration=1), Job("c", duration=1))
    assert by_user.names == ("no user", "u")
    assert by_user.of_job.tolist() == [1, 0, 0]
    by_kind = groups(Job("a", duration=1, user="u"), Job("b", duration=1, user="u", kind=Kind.STREAM))
    assert by_kind.names == ("batch", "stream")
    assert groups(Job("a", duration=1), Job("b", duration=1)).names == ()


def test_many_users_share_the_last_color() -> None:
    jobs = tuple(Job(f"{u}-{i}", duration=1, user=f"u{u}") for u in range(10) for i in range(20 - u))
    groups = Groups.of(Instance(jobs, resources={"cpu": 1}))
    assert groups.names == ("u0", "u1", "u2", "u3", "u4", "u5", "4 others")
    assert groups.colors == (*PALETTE, OTHER)
    assert groups.of_job[-1] == 6


def test_priorities_have_colors_in_their_order() -> None:
    def groups(*priorities: float) -> Groups:
        jobs = tuple(Job(f"j{i}", duration=1, priority=priority) for i, priority in enumerate(priorities))
        return Groups.by_priority(Instance(jobs, resources={"cpu": 1}))

    few = groups(0, 5, 0, 2)
    assert few.names == ("5", "2", "0")
    assert few.of_job.tolist() == [2, 0, 2, 1]
    assert few.colors == (RANKS[0], RANKS[2], RANKS[4])
    assert groups(1).colors == (RANKS[0],)
    many = groups(*range(12))
    assert many.names == ("11 to 9", "8 to 7", "6 to 4", "3 to 2", "1 to 0")
    assert many.of_job.tolist() == [4, 4, 3, 3, 2, 2, 2, 1, 1, 0, 0, 0]


def test_lateness_is_the_worst_that_happened() -> None:
    end, due, deadline = np.array([3.0, 3, 3, 3]), np.array([4.0, 2, 1, np.inf]), np.array([9.0, 4, 2, np.inf])
    groups = Groups.by_lateness(end, due, deadline)
    assert groups.names == ("in time", "after the due date", "after the deadline", "neither due nor deadline")
    assert groups.of_job.tolist() == [0, 1, 2, 3]
    assert groups.colors[2] == WRONG


def test_charts_on_one_axis_keep_their_own_spans() -> None:
    problem, schedule = on_two_nodes([(0, 4, 1, 0)])
    _, later = on_two_nodes([(7, 4, 1, 0)])
    charts = on_one_axis([Chart.of(problem, schedule), Chart.of(problem, later)])
    assert [chart.window for chart in charts] == [(0, 11), (0, 11)]
    assert [chart.span for chart in charts] == [(0, 4), (0, 11)]


def test_a_job_waits_since_it_arrived_or_was_interrupted_wherever_that_was() -> None:
    jobs = (Job("a", arrival=1, duration=4, demand={"r": 1}), Job("b", duration=2, demand={"r": 1}))
    problem = Problem.of(Instance(jobs, nodes=(Node("n", {"r": 1}, count=2),)))
    pieces = Segments(np.array([0, 2, 3]), np.array([2, 6, 0]), np.array([4, 8, 2]), np.array([0, 1, 0]))
    zeros = np.zeros(2, dtype=np.int64)
    chart = Chart.of(problem, Schedule(np.array([2, 0]), np.array([8, 2]), np.arange(2), zeros, segments=pieces))
    assert chart.since.tolist() == [1, 4, 0]


def test_text_contrasts_with_what_is_behind_it() -> None:
    assert [text_color(color) for color in PALETTE] == ["white", "black", "black", "black", "black", "black"]
    assert [text_color(color) for color in ("#000000", WRONG, "#757575")] == ["white"] * 3
    assert [text_color(color) for color in ("#777777", "#FFFFFF")] == ["black"] * 2
