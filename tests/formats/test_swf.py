import gzip
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from optimizer.errors import InputError, InstanceError, UsageError
from optimizer.formats.reading import load
from optimizer.formats.swf import Window, read_swf
from optimizer.instance import Job
from optimizer.names import Objective, TimeUnit

HEADER = "; Version: 2.2\n; MaxProcs: 8\n; MaxNodes: 4\n; UnixStartTime: 1000000000\n"


def line(
    job: int,
    submit: float = 0,
    run: float = 10,
    allocated: int = 1,
    requested: int = -1,
    estimate: float = -1,
    user: int = -1,
) -> str:
    return f"{job} {submit} -1 {run} {allocated} -1 -1 {requested} {estimate} -1 1 {user} 1 -1 -1 -1 -1 -1\n"


TRACE = line(1, 5) + line(2, 5, user=3) + line(3, 20) + line(4, 30) + line(5, 40)


def written(folder: Path, jobs: str, header: str = HEADER) -> Path:
    path = folder / "trace.swf"
    path.write_text(header + jobs)
    return path


def ids(path: Path, window: Window) -> list[str]:
    return [job.id for job in read_swf(path, window=window).jobs]


def test_fields_of_a_job(tmp_path: Path) -> None:
    jobs = line(7, 60, 100, allocated=3, requested=2, estimate=300, user=12) + line(3, 30, 50, allocated=4, estimate=20)
    instance = load(written(tmp_path, jobs))
    assert instance.jobs == (
        Job("3", arrival=30, duration=50, estimate=50, demand={"processors": 4}),
        Job("7", arrival=60, duration=100, estimate=300, user="user12", demand={"processors": 2}),
    )
    assert instance.name == "trace"
    assert instance.resources == {"processors": 8}
    assert instance.time_unit is TimeUnit.SECOND
    assert instance.objective is Objective.MEAN_FLOW_TIME
    assert instance.start == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)


def test_packed_and_plain_are_the_same(tmp_path: Path) -> None:
    plain = written(tmp_path, TRACE)
    (tmp_path / "trace.swf.gz").write_bytes(gzip.compress(plain.read_bytes()))
    assert load(tmp_path / "trace.swf.gz") == load(plain)


@pytest.mark.parametrize(
    ("header", "processors", "size"),
    [
        (HEADER, None, 8),
        (HEADER, 16, 16),
        ("; MaxProcs: -1\n; MaxNodes: 4\n", None, 4),
        ("; MaxNodes: 4\n", None, 4),
        ("", 3, 3),
    ],
)
def test_size_of_the_machine(tmp_path: Path, header: str, processors: int | None, size: int) -> None:
    instance = load(written(tmp_path, TRACE, header), processors=processors)
    assert instance.resources == {"processors": size}


def test_unknown_or_impossible_size_of_the_machine(tmp_path: Path) -> None:
    path = written(tmp_path, TRACE, "")
    with pytest.raises(InputError, match="neither MaxProcs nor MaxNodes in the header; give the number of processors"):
        read_swf(path)
    with pytest.raises(UsageError, match="processors 0: expected a whole number >= 1"):
        read_swf(path, processors=0)


def test_no_start_in_the_header_is_no_start(tmp_path: Path) -> None:
    assert read_swf(written(tmp_path, TRACE, "; MaxProcs: 8\n")).start is None
    assert read_swf(written(tmp_path, TRACE, "; MaxProcs: 8\n; UnixStartTime: 0\n")).start is None


@pytest.mark.parametrize(
    ("window", "kept"),
    [
        (Window(), ["1", "2", "3", "4", "5"]),
        (Window(begin=20), ["3", "4", "5"]),
        (Window(end=20), ["1", "2"]),
        (Window(begin=5, end=30), ["1", "2", "3"]),
        (Window(jobs=2), ["1", "2"]),
        (Window(skip=1, jobs=2), ["2", "3"]),
        (Window(begin=20, skip=1, jobs=9), ["4", "5"]),
    ],
)
def test_window(tmp_path: Path, window: Window, kept: list[str]) -> None:
    assert ids(written(tmp_path, TRACE), window) == kept


def test_first_arrival_of_a_window_becomes_time_zero(tmp_path: Path) -> None:
    instance = read_swf(written(tmp_path, TRACE), window=Window(begin=10))
    assert [job.arrival for job in instance.jobs] == [0, 10, 20]
    assert instance.start == datetime(2001, 9, 9, 1, 47, 0, tzinfo=UTC)
    assert [job.arrival for job in read_swf(written(tmp_path, TRACE)).jobs] == [5, 5, 20, 30, 40]


def test_empty_window_says_when_jobs_arrive(tmp_path: Path) -> None:
    path = written(tmp_path, TRACE)
    for window in (Window(begin=41), Window(skip=5)):
        with pytest.raises(InputError, match="no job in the window: 5 jobs arrive from 5 to 40 s"):
            read_swf(path, window=window)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"begin": 5, "end": 5}, "window end 5: expected a time after its begin 5"),
        ({"skip": -1}, "window skip -1: expected a whole number >= 0"),
        ({"jobs": 0}, "window jobs 0: expected a whole number >= 1"),
    ],
)
def test_window_without_sense(values: dict[str, int], complaint: str) -> None:
    with pytest.raises(UsageError) as raised:
        Window(**values)
    assert str(raised.value) == complaint


def test_what_cannot_be_scheduled_is_left_out_and_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    jobs = (
        line(1, run=0)
        + line(2, run=-1, requested=99)
        + line(3, submit=-1)
        + line(4, allocated=0)
        + line(5, allocated=1, requested=9)
        + line(6, allocated=9, requested=8)
    )
    path = written(tmp_path, jobs)
    with caplog.at_level(logging.WARNING, "optimizer.formats.swf"):
        assert [job.id for job in read_swf(path).jobs] == ["6"]
    assert caplog.messages == [
        f"{path}: 5 of 6 jobs left out: 2 did not run, 1 without an arrival, 1 without processors, "
        "1 larger than 8 processors"
    ]


def test_window_counts_jobs_that_are_kept(tmp_path: Path) -> None:
    path = written(tmp_path, line(1, run=0) + line(2) + line(3))
    assert ids(path, Window(skip=1, jobs=1)) == ["3"]


def test_trace_without_a_job_to_schedule(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no job of the trace can be scheduled: 1 did not run"):
        read_swf(written(tmp_path, line(1, run=0)))
    with pytest.raises(InputError, match="no jobs in the trace"):
        read_swf(written(tmp_path, ""))


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ("1 2 3\n", "line 6: 3 fields, expected 18"),
        (line(2).replace("10", "ten"), "line 6, field 4: 'ten', expected a number of at most 9e+12"),
        (line(2).replace("10", "nan"), "line 6, field 4: 'nan', expected a number of at most 9e+12"),
    ],
)
def test_broken_line_is_named(tmp_path: Path, broken: str, complaint: str) -> None:
    path = written(tmp_path, line(1) + broken)
    with pytest.raises(InputError) as raised:
        read_swf(path)
    assert str(raised.value) == f"{path}: {complaint}"


def test_job_number_that_stands_twice(tmp_path: Path) -> None:
    with pytest.raises(InstanceError, match=r"jobs\[1\]\.id: '1', expected a name that no other job has"):
        read_swf(written(tmp_path, line(1) + line(1)))


@pytest.mark.parametrize(("name", "processors", "jobs"), [("kth_sp2", 100, 28_467), ("hpc2n", 240, 3_145)])
def test_published_logs(data: Callable[[str], Path], name: str, processors: int, jobs: int) -> None:
    instance = load(data(f"swf/{name}.swf.gz"))
    assert instance.resources == {"processors": processors}
    assert len(instance.jobs) == jobs


@pytest.mark.parametrize(
    ("header", "line", "complaint"),
    [
        ("; UnixStartTime: 99999999999999\n", "", "UnixStartTime 99999999999999 in the header, expected seconds since"),
        ("", "2 1e300 -1 5 1 -1 -1 -1 -1 -1 1 -1 1 -1 -1 -1 -1 -1\n", "line 3, field 2: '1e300', expected a number"),
        ("", "2 1_0 -1 5 1 -1 -1 -1 -1 -1 1 -1 1 -1 -1 -1 -1 -1\n", "line 3, field 2: '1_0', expected a number"),
    ],
)
def test_numbers_out_of_range_are_named(tmp_path: Path, header: str, line: str, complaint: str) -> None:
    job = "1 0 -1 5 1 -1 -1 -1 -1 -1 1 -1 1 -1 -1 -1 -1 -1\n"
    (tmp_path / "log.swf").write_text(f"; MaxProcs: 4\n{header}{job}{line}")
    with pytest.raises(InputError, match=re.escape(complaint)):
        read_swf(tmp_path / "log.swf")
