from math import inf

import pytest

from optimizer.bounds.cuts import agenda as agenda_module
from optimizer.bounds.cuts.agenda import Agenda, worthwhile_gain


@pytest.mark.parametrize(("priced", "phases"), [(False, [False, False]), (True, [True, False, False])])
def test_prices_come_first_and_not_again_while_linear_programs_are_quick(priced: bool, phases: list[bool]) -> None:
    agenda = Agenda(priced=priced)
    found = []
    while not agenda.settled:
        found.append(agenda.phase.priced)
        agenda.end_phase()
    assert found == phases


def test_prices_and_linear_programs_take_turns_and_the_last_phase_stays() -> None:
    agenda = Agenda(priced=True)
    phases, last = [], []
    while not agenda.settled:
        phases.append(agenda.phase)
        last.append(agenda.in_last_phase)
        agenda.end_phase(too_slow=True)
    assert last == [False, False, False, True]
    assert [phase.priced for phase in phases] == [True, False, True, False]
    assert agenda.phase is phases[-1]


def test_a_phase_ends_when_no_rows_are_found() -> None:
    agenda = Agenda(priced=True)
    first = agenda.phase
    agenda.go_on(10.0, 1.0, found=True)
    assert agenda.phase is first
    agenda.go_on(10.0, 1.0, found=False)
    assert agenda.phase is not first


def test_steps_look_further_until_they_gain_and_a_phase_ends_when_all_was_tried_in_vain() -> None:
    agenda = Agenda(priced=True)
    first, depths = agenda.phase, []
    while agenda.phase is first:
        depths.append(agenda.depth(0.0, 1.0))
        agenda.note_depth(depths[-1])
        agenda.go_on(0.0, 1.0, found=True)
    kinds, patience = len(first.searches), first.patience
    assert depths[:kinds] == list(range(1, kinds + 1))
    assert len(depths) == kinds + patience - 1  # a step that looks further begins to count anew


def test_a_step_that_gains_looks_no_further() -> None:
    agenda = Agenda(priced=True)
    for gain in (5.0, 5.0, 5.0):
        assert agenda.depth(gain, 1.0) == 1
        agenda.note_depth(1)


@pytest.mark.parametrize(
    ("bound", "total", "least"),
    [(1000.0, inf, 3.0), (1000.0, 1100.0, 2.0), (1000.0, 1000.0, 1e-6), (0.0, inf, 1e-6), (-1000.0, inf, 3.0)],
)
def test_what_is_worth_a_step(bound: float, total: float, least: float) -> None:
    assert worthwhile_gain(bound, total) == pytest.approx(least)


def test_seconds_of_others_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """What gains most in its time stays so after a pause."""
    now = 0.0
    monkeypatch.setattr(agenda_module, "monotonic", lambda: now)
    agenda = Agenda(priced=False)

    def gain(gain: float, seconds: float, pause: float = 0.0) -> int:
        nonlocal now
        now += seconds + pause
        agenda.skip(pause)
        depth = agenda.depth(gain, 1.0)
        agenda.note_depth(depth)
        return depth

    assert gain(0.0, 1.0) == 1  # nothing is known yet
    assert gain(0.5, 1.0) == 2  # the first kind gains 0.5 a second, less than is worth a step
    assert gain(2.0, 10.0) == 1  # the second 0.2
    assert gain(5.0, 10.0, pause=100.0) == 1  # the first 0.5 still, not 0.05
