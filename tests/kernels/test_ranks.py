import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.kernels.ranks import first_from, insert, new_ranks, remove


@given(st.sampled_from([1, 61, 62, 63, 4000, 300_000]), st.lists(st.tuples(st.integers(0), st.integers(0))))
def test_the_next_member_is_found(count: int, steps: list[tuple[int, int]]) -> None:
    ranks, members = new_ranks(count), set[int]()
    for changed, asked in steps:
        rank, start = changed % count, asked % (count + 70)
        if rank in members:
            remove(ranks, rank)
        else:
            insert(ranks, rank)
        members ^= {rank}
        assert first_from(ranks, start) == min((member for member in members if member >= start), default=-1)


@pytest.mark.parametrize(("count", "levels"), [(1, 1), (62, 1), (63, 2), (62 * 62, 2), (1_000_000, 4)])
def test_one_level_for_each_power_of_62(count: int, levels: int) -> None:
    assert len(new_ranks(count)) == levels
