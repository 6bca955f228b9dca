import numpy as np
import pytest

from optimizer.instance import Instance, Job, Mode, Node, Unavailable
from optimizer.problem import Problem
from optimizer.render.chart import Chart
from optimizer.render.layout import Layout, busiest, by_job, by_node, by_unit, layouts
from optimizer.schedule import Schedule


def chart_of(instance: Instance, starts: list[float], nodes: list[int]) -> Chart:
    problem = Problem.of(instance)
    start = (np.array(starts) * instance.time_scale.per_unit).astype(np.int64)
    return Chart.of(problem, Schedule.starting(problem, start, problem.mode_start[:-1], np.array(nodes)))


def two_nodes() -> Chart:
    jobs = (
        Job("wide", duration=4, demand={"gpu": 4, "cpu": 2}),
        Job("thin", duration=2.5, demand={"gpu": 1, "cpu": 8}),
        Job("none", duration=2, demand={"cpu": 1}),
        Job("half", duration=2, demand={"gpu": 2}),
    )
    nodes = (Node("big", {"gpu": 4, "cpu": 8}), Node("small", {"gpu": 2, "cpu": 8}))
    closed = (Unavailable(6, 8, resource="gpu", node="small", amount=1),)
    return chart_of(Instance(jobs, nodes=nodes, unavailable=closed), [0, 4, 4, 2], [0, 0, 0, 1])


def rectangles(layout: Layout) -> list[tuple[int, float, float, float, float]]:
    columns = (layout.bar, layout.start, layout.end, layout.low, layout.high)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_units_are_rows_and_missing_ones_take_their_place() -> None:
    layout = by_unit(two_nodes(), 0)
    assert layout.name == "units of gpu"
    assert layout.bands == ("big", "small")
    assert layout.edges.tolist() == [0, 4, 6]
    assert rectangles(layout) == [(0, 0, 4, 0, 4), (1, 4, 6.5, 0, 1), (3, 2, 4, 4, 6), (-1, 6, 8, 4, 5)]
    assert layout.units


def test_nodes_are_bands_as_high_as_their_share_of_the_largest() -> None:
    layout = by_node(two_nodes(), 0)
    assert layout.edges.tolist() == [0, 1.04, 1.54]
    assert rectangles(layout) == [
        (0, 0, 4, 0, 1),
        (1, 4, 6.5, 0, 0.25),
        (2, 4, 6, 1, 1.04),  # without demand, but to be seen
        (3, 2, 4, 1.04, 1.54),
        (-1, 6, 8, 1.04, 1.29),
    ]


def test_small_demands_on_a_large_node_keep_their_height() -> None:
    jobs = tuple(Job(f"j{i}", duration=2, demand={"gpu": 1}) for i in range(64))
    layout = by_node(chart_of(Instance(jobs, resources={"gpu": 64}), [0] * 64, [0] * 64), 0)
    assert layout.edges.tolist() == [0, 1]
    assert np.allclose(layout.high - layout.low, 1 / 64)
    assert layout.high.max() == 1


def test_jobs_have_a_row_each_by_node_and_start() -> None:
    layout = by_job(two_nodes())
    assert layout.bands == ("big:", "wide", "thin", "none", "small:", "half")
    assert layout.low.tolist() == [1, 2, 3, 5]
    assert layout.edges.tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_one_node_and_idle_ones_need_no_name() -> None:
    jobs = (Job("a", duration=1, demand={"cpu": 1}), Job("b", duration=1, demand={"cpu": 1}))
    assert by_job(chart_of(Instance(jobs, resources={"cpu": 2}), [1, 0], [0, 0])).bands == ("b", "a")
    nodes = (Node("n", {"cpu": 2}, count=3),)
    layout = by_job(chart_of(Instance(jobs, nodes=nodes), [0, 0], [2, 1]))
    assert layout.bands == ("n-1:", "b", "n-2:", "a")
    assert layout.low.tolist() == [3, 1]


def test_units_are_offered_where_they_are_whole_and_used() -> None:
    names = [layout.name for layout in layouts(two_nodes(), 0)]
    assert names == ["nodes, as high as gpu", "units of gpu", "units of cpu", "jobs"]
    jobs = (Job("a", duration=1, demand={"gpu": 0.5}),)
    chart = chart_of(Instance(jobs, resources={"gpu": 2, "idle": 3}), [0], [0])
    assert [layout.name for layout in layouts(chart, 0)] == ["nodes, as high as gpu", "jobs"]


def test_the_busiest_resource_has_the_largest_share_in_use() -> None:
    assert busiest([two_nodes()]) == 0
    jobs = (Job("a", duration=2, demand={"gpu": 1, "cpu": 7}),)
    assert busiest([chart_of(Instance(jobs, resources={"gpu": 8, "cpu": 8}), [0], [0])]) == 1


def test_the_busiest_resource_is_one_for_all_charts() -> None:
    modes = (Mode(2, {"gpu": 4}), Mode(6, {"cpu": 3}))
    problem = Problem.of(Instance((Job("a", modes=modes),), resources={"gpu": 4, "cpu": 4}))
    zero = np.zeros(1, dtype=np.int64)
    first, second = (Chart.of(problem, Schedule.starting(problem, zero, np.array([mode]), zero)) for mode in (0, 1))
    assert (busiest([first]), busiest([second]), busiest([first, second])) == (0, 1, 1)


@pytest.mark.parametrize("starts", [[0, 0], [0, 1]])
def test_an_overload_stands_above_the_node(starts: list[float]) -> None:
    jobs = (Job("a", duration=3, demand={"gpu": 2}), Job("b", duration=3, demand={"gpu": 1}))
    layout = by_unit(chart_of(Instance(jobs, resources={"gpu": 2}), starts, [0, 0]), 0)
    assert layout.low.tolist() == [0, 2]
    assert layout.edges.tolist() == [0, 3]


def test_a_node_without_the_resource_keeps_a_band() -> None:
    jobs = (Job("a", duration=1, demand={"gpu": 1}), Job("b", duration=1, demand={"cpu": 1}))
    nodes = (Node("gpus", {"gpu": 1}), Node("login", {"cpu": 1}), Node("idle", {"cpu": 1}))
    layout = by_node(chart_of(Instance(jobs, nodes=nodes), [0, 0], [0, 1]), 0)
    assert layout.edges.tolist() == pytest.approx([0, 1, 1.04, 1.08])
    assert layout.high.tolist() == pytest.approx([1, 1.04])
