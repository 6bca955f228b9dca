import numpy as np
import pytest

from optimizer.bounds.cuts.program import CutProgram
from optimizer.bounds.cuts.rows import Rows
from optimizer.instance import Instance, Job
from optimizer.kernels.bounds.ranges import answer, chosen_sums, new_reply
from optimizer.kernels.compilation import Kernel
from optimizer.problem import Problem
from tests.random_instances import random_instance


def program_of(seed: int) -> CutProgram:
    return CutProgram(Problem.of(random_instance(seed)))


def dense(rows: Rows, columns: int) -> np.ndarray:
    matrix = np.zeros((len(rows), columns))
    for r in range(len(rows)):
        for e in range(rows.ranges.start[r], rows.ranges.start[r + 1]):
            matrix[r, rows.ranges.first[e] : rows.ranges.end[e]] += rows.ranges.coefficient[e]
    return matrix


def some_rows(program: CutProgram, seed: int) -> Rows:
    rng = np.random.default_rng(seed)
    keys = []
    for _ in range(10):
        span = int(rng.integers(0, 3))
        places = program.places.pairs(span)
        if len(places):
            job = int(rng.integers(0, program.problem.jobs)) if span else -1
            keys.append((int(rng.integers(0, len(program.cuts))), int(rng.choice(places)), span, job))
    return program.layout.rows(keys, program.coefficient, program.places.nodes)


@pytest.mark.parametrize("seed", range(60))
def test_rows_count_what_runs_all_the_time_and_a_job_that_runs_at_any_time(seed: int) -> None:
    program = program_of(seed)
    if program.bound == np.inf:
        return
    layout, rows = program.layout, some_rows(program, seed)
    job, duration = layout.job[layout.group], layout.duration[layout.group]
    begin, end = layout.begin, layout.begin + duration
    for row, key in zip(dense(rows, len(begin)), rows.keys, strict=True):
        assert key is not None
        cut, place, span, special = key
        counts = np.where(
            job == special, (begin <= place + span) & (end > place), (begin <= place) & (end > place + span)
        )
        counts &= (layout.kind_of[place] == layout.kind[layout.group]) & (duration > 0)
        assert (row == np.where(counts, program.coefficient[cut][layout.item[layout.group]], 0.0)).all()


@pytest.mark.parametrize("seed", range(30))
def test_each_column_has_one_role_at_two_places(seed: int) -> None:
    program = program_of(seed)
    layout, places = program.layout, program.places.pairs(2)
    for place in places[:5].tolist() if program.bound < np.inf else ():
        first, end = layout.of_pair(place, place + 2)
        duration = layout.duration[layout.group]
        there = layout.kind[layout.group] == layout.kind_of[place]
        at_first = there & (layout.begin <= place) & (layout.begin + duration > place)
        at_later = there & (layout.begin <= place + 2) & (layout.begin + duration > place + 2)
        for role, expected in enumerate((at_first & at_later, at_first & ~at_later, ~at_first & at_later)):
            found = np.zeros(len(layout.begin), dtype=bool)
            for g in range(len(layout.item)):
                found[first[role, g] : end[role, g]] = True
            assert (found == expected).all()


def test_a_job_of_no_time_at_the_very_end_is_not_counted_with_the_next_job() -> None:
    """The next one has run 3 steps by the end at the earliest; none of its columns runs before the first place."""
    jobs = (Job("none", duration=0), *(Job(name, duration=3, demand={"gpu": 1}) for name in ("next", "other")))
    layout = CutProgram(Problem.of(Instance(jobs, resources={"gpu": 1}))).layout
    assert layout.begin[layout.group == 0].max() == len(layout.kind_of)
    own = [np.flatnonzero(layout.group == g) for g in range(3)]
    for first, end in [layout.of_place(0), *zip(*layout.of_pair(0, 1), strict=True)]:
        for g in (1, 2):
            assert np.isin(np.arange(first[g], end[g]), own[g]).all()


@pytest.mark.parametrize("seed", range(20))
def test_columns_pay_for_their_rows_and_jobs_take_the_cheapest(seed: int) -> None:
    program = program_of(seed)
    if program.bound == np.inf:
        return
    rows = some_rows(program, seed)
    matrix = dense(rows, len(program.cost))
    price = np.random.default_rng(seed).random(len(rows))
    replies = [new_reply(len(program.cost), program.problem.jobs) for _ in range(2)]
    for run, reply in zip((answer, answer.compiled), replies, strict=True):
        run(program.cost, program.layout.job_start, rows.ranges, price, reply)
        assert reply.payment == pytest.approx(price @ matrix)
        job = program.problem.mode_job[program.pulses.mode]
        for j in range(program.problem.jobs):
            assert reply.cost[j] == pytest.approx((program.cost + price @ matrix)[job == j].min())
    assert (replies[0].payment == replies[1].payment).all()
    assert (replies[0].column == replies[1].column).all()
    sums = np.empty(len(rows))
    chosen_sums.compiled(rows.ranges, replies[0].column, sums)
    assert sums == pytest.approx(matrix[:, replies[0].column].sum(axis=1))


@pytest.mark.parametrize("seed", range(20))
def test_rows_over_the_columns_that_are_left(seed: int) -> None:
    program = program_of(seed)
    if program.bound == np.inf:
        return
    rows, columns = some_rows(program, seed), len(program.cost)
    left = np.random.default_rng(seed).random(columns) < 0.6
    assert (dense(rows.of_columns(left), left.sum()) == dense(rows, columns)[:, left]).all()
    kept = np.random.default_rng(seed).random(len(rows)) < 0.5
    assert (dense(rows.selected(kept), columns) == dense(rows, columns)[kept]).all()


def test_interpreted_rounds_as_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    from optimizer.bounds.cuts.prices import PriceDescent

    bounds = []
    for interpreted in (False, True):
        monkeypatch.setattr(Kernel, "sized", lambda kernel, _, plain=interpreted: kernel if plain else kernel.compiled)
        program = program_of(4)
        program.add_rows(some_rows(program, 4))
        PriceDescent(program).advance(20)
        bounds.append(program.bound)
    assert bounds[0] == bounds[1]
