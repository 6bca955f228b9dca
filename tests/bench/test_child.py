"""What a run says about itself, in the process where it runs."""

from dataclasses import replace

import msgspec
import pytest
from bench_cases import RUN

from optimizer.bench.child import found
from optimizer.bench.task import Task, make_row
from optimizer.generate import generate

INSTANCE = generate("server", 6, 0)
TASK = Task(replace(RUN, content=INSTANCE.sha256), msgspec.json.encode(INSTANCE), best_known=7.0, hard_limit=60.0)


def test_a_finding_and_its_row() -> None:
    finding = found(TASK)
    assert (finding.outcome, finding.reason, finding.preemptive) == ("feasible", None, False)
    assert finding.value is not None
    assert finding.trace[-1][1:] == (finding.value, finding.lower_bound)
    row = make_row(TASK, finding, total_time=2.0, peak_memory=2**40)
    assert (row.run, row.value, row.best_known, row.total_time) == (TASK.run, finding.value, 7.0, 2.0)
    assert row.peak_memory == 2**40
    assert make_row(TASK, finding).peak_memory == finding.peak_memory


@pytest.mark.usefixtures("faults")
@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ({"solver": "raise"}, "failed", "solver raise failed: ValueError: no luck"),
        ({"solver": "out-of-memory"}, "memory", "solver out-of-memory failed: MemoryError: too much"),
        ({"solver": "nobody"}, "failed", "solver 'nobody': expected one of "),
        ({"threads": 0}, "failed", "threads 0: expected a whole number from 1 to 256"),
    ],
)
def test_what_goes_wrong_is_a_finding(changes: dict[str, object], outcome: str, reason: str) -> None:
    finding = found(replace(TASK, run=replace(TASK.run, **changes)))  # type: ignore[arg-type]
    assert finding.outcome == outcome
    assert (finding.reason or "").startswith(reason)
    assert finding.value is None


def test_an_instance_that_is_none_is_a_finding() -> None:
    assert found(replace(TASK, instance=b"{}")).outcome == "failed"
