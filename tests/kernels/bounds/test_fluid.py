import numpy as np
import pytest

from optimizer.kernels.bounds.fluid import Machine, flow_by_rank, flow_by_work, late_weight, new_flow
from optimizer.kernels.ranks import new_ranks

MACHINE = Machine(np.array([0.0, 3.0, 5.0]), np.array([2.0, 0.0, 1.0]))


def by_rank(arrival: list[float], order: list[int], work: list[float]) -> tuple[list[float], list[float]]:
    """Return ends and mean times of the ranks."""
    flow = new_flow(len(work))
    flow_by_rank(MACHINE, np.array(arrival), np.array(order), np.array(work), new_ranks(len(work)), flow)
    return flow.done.tolist(), (flow.moment / np.array(work)).tolist()


def test_the_least_rank_that_has_arrived_flows() -> None:
    """Rank 1 in [0, 1) and, after rank 0, [1.5, 2): 2 + 1 of work."""
    done, mean = by_rank([0.0, 1.0], [1, 0], [1.0, 3.0])
    assert done == [1.5, 2.0]
    assert mean == [1.25, (2 * 0.5 + 1 * 1.75) / 3]


def test_nothing_flows_while_the_rate_is_zero() -> None:
    """6 until 3, then from 5 on at rate 1."""
    done, mean = by_rank([0.0], [0], [8.0])
    assert done == [7.0]
    assert mean == [(6 * 1.5 + 2 * 6) / 8]


def test_the_machine_waits_for_arrivals() -> None:
    done, _ = by_rank([1.0, 4.0], [0, 1], [1.0, 2.0])
    assert done == [1.5, 7.0]


def test_no_jobs_no_flow() -> None:
    assert by_rank([], [], []) == ([], [])


def test_the_least_work_left_flows() -> None:
    """4 has 2 left when 1 arrives, which is less; then 4 goes on, then 5 from 2.5 on."""
    done = np.empty(3)
    flow_by_work(MACHINE, np.array([0.0, 0.0, 1.0]), np.array([4.0, 5.0, 1.0]), np.empty((3, 2)), done)
    assert done.tolist() == [1.5, 2.5, 9.0]


def test_the_lightest_by_work_is_late() -> None:
    """2 of 4 until 2, then 2 of 3 more: half of the job of weight 1 and, of those of ratio 1, as much as needed."""
    area = np.array([2.0, 2.0, 4.0])
    part = np.empty(3)
    late = late_weight(area, np.array([2.0, 2.0, 3.0]), np.array([2.0, 1.0, 6.0]), np.empty((3, 2)), part)
    assert late == 1.0 + 1.0
    assert part.tolist() == [1.0, 0.0, 3.0]


@pytest.mark.parametrize("seed", range(5))
def test_compiled_as_interpreted(seed: int) -> None:
    random = np.random.default_rng(seed)
    arrival, work = np.sort(random.integers(0, 20, 12)).astype(float), random.integers(1, 9, 12).astype(float)
    order = random.permutation(12)
    ends = []
    for run in (flow_by_rank, flow_by_rank.compiled):
        flow = new_flow(12)
        run(MACHINE, arrival, order, work.copy(), new_ranks(12), flow)
        ends.append((flow.done.tolist(), flow.moment.tolist()))
    assert ends[0] == ends[1]
    done = np.empty((2, 12))
    flow_by_work(MACHINE, arrival, work[order], np.empty((12, 2)), done[0])
    flow_by_work.compiled(MACHINE, arrival, work[order], np.empty((12, 2)), done[1])
    assert done[0].tolist() == done[1].tolist()
    assert max(ends[0][0]) == pytest.approx(done[0][-1])  # all that can be done is done in either order
