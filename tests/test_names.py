"""The words of files and commands are a contract: they are written out here once more."""

from enum import StrEnum

import pytest

from optimizer.names import Feature, Kind, Objective, Status, StoppedBy, TimeUnit


@pytest.mark.parametrize(
    ("vocabulary", "words"),
    [
        (
            Objective,
            "mean-flow-time mean-weighted-flow-time mean-wait-time mean-slowdown makespan total-tardiness "
            "total-weighted-tardiness weighted-number-late max-lateness",
        ),
        (TimeUnit, "second minute hour day slot"),
        (Kind, "batch service stream"),
        (Status, "optimal feasible late infeasible unknown"),
        (StoppedBy, "optimality gap time-limit iterations finished interrupt memory"),
        (Feature, "modes nodes precedence deadlines unavailability warm-start bound threads preemptive"),
    ],
)
def test_vocabularies(vocabulary: type[StrEnum], words: str) -> None:
    assert [str(word) for word in vocabulary] == words.split()


def test_two_objectives_are_maxima() -> None:
    assert {objective for objective in Objective if objective.is_maximum} == {
        Objective.MAKESPAN,
        Objective.MAX_LATENESS,
    }


def test_length_of_time_units() -> None:
    assert [unit.seconds for unit in TimeUnit] == [1, 60, 3600, 86400, None]
