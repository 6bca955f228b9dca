from msgspec.structs import replace
from rich.console import Console

from optimizer.explanation import Conflict, Explanation
from optimizer.instance import Job, Mode, Predecessor, Unavailable
from optimizer.names import Status, StoppedBy, TimeUnit
from optimizer.render.explanation import explanation_document, explanation_text

A = Job("a[x]", arrival=1, duration=3, deadline=9, demand={"gpu": 2})
B = Job(
    "b",
    arrival=2,
    deadline=7,
    modes=(Mode(2, {"gpu": 4}), Mode(4, {"cpu": 1})),
    after=(Predecessor("a[x]", lag=0.5), "absent"),
)


def text_of(explanation: Explanation) -> str:
    console = Console(width=160, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(explanation_text(explanation, TimeUnit.HOUR))
    return " ".join(console.export_text().split())


def refuted(
    *jobs: Job,
    resources: tuple[str, ...] = (),
    irreducible: bool = True,
    blocks: tuple[Unavailable, ...] = (),
    least_jobs: int = 1,
    resources_irreducible: bool = True,
) -> Explanation:
    work = dict.fromkeys(resources[:1], (20.0, 16.0))
    times = tuple({"a[x]": 3, "b": 2, "c": 3}[job.id] for job in jobs)
    conflict = Conflict(jobs, times, resources, irreducible, resources_irreducible, work, blocks, least_jobs)
    return Explanation(Status.INFEASIBLE, StoppedBy.OPTIMALITY, conflict)


def test_every_job_has_a_line() -> None:
    text = text_of(refuted(A, B, resources=("gpu", "cpu")))
    assert "these 2 jobs cannot all keep their deadlines, for want of gpu and cpu" in text
    assert "least gpu least cpu after" in text
    assert "a[x] 1 h 9 h 3 h 2 0" in text
    assert "b 2 h 7 h 2 h 0 0 a[x] + 0.5 h" in text
    assert "absent" not in text
    assert "gpu: they take 20 gpu x hours at least; from the first arrival to the last deadline, 1 h to 9 h" in text
    assert "there are 16" in text
    assert (
        "without any one of them the others can keep theirs, and it is not known whether fewer jobs are in conflict"
        in text
    )


def test_that_no_fewer_jobs_conflict_is_said() -> None:
    text = text_of(refuted(A, B, least_jobs=2))
    assert "without any one of them the others can keep theirs, and no fewer jobs are in conflict" in text


def test_how_many_jobs_a_conflict_has_at_least_is_said() -> None:
    three = replace(A, id="c")
    assert "not known whether fewer jobs, 2 at least, are in conflict" in text_of(refuted(A, B, three, least_jobs=2))


def test_one_job_whatever_the_capacity() -> None:
    text = text_of(refuted(A))
    assert "this job cannot keep its deadline, whatever the capacity" in text
    assert "without any one" not in text


def test_what_is_not_known_is_said() -> None:
    assert "not known whether all of them are needed" in text_of(refuted(A, B, irreducible=False))
    assert "whether all of these resources" in text_of(refuted(A, B, resources_irreducible=False))
    assert "fewer jobs, 2 at least" in text_of(refuted(A, B, replace(A, id="c"), irreducible=False, least_jobs=2))
    assert "not known" in text_of(Explanation(Status.UNKNOWN, StoppedBy.TIME_LIMIT))


def test_no_column_is_empty() -> None:
    assert "least" not in text_of(refuted(A, resources=("gpu",))).partition("gpu: they")[0]
    assert "after" not in text_of(refuted(A, resources=("gpu",)))


def test_what_takes_capacity_away_is_listed() -> None:
    blocks = (Unavailable(2, 5, amount=1.25, resource="gpu"), *(Unavailable(6, 7 + i, node="n") for i in range(7)))
    text = text_of(refuted(A, B, resources=("gpu",), blocks=blocks))
    assert "not available from 2 h to 5 h: 1.25 gpu not available from 6 h to 7 h: all resources of n" in text
    assert "and 3 more times when capacity is taken away" in text
    conflict = explanation_document(refuted(A, resources=("gpu",), blocks=blocks[:1]))["conflict"]
    assert conflict["unavailable"] == [{"start": 2, "end": 5, "resource": "gpu", "amount": 1.25}]


def test_of_a_job_that_is_named_twice_the_longest_lag_counts() -> None:
    twice = replace(B, after=(Predecessor("a[x]", lag=2), "a[x]"))
    assert "a[x] + 2 h" in text_of(refuted(A, twice))


def test_all_digits_are_there_for_they_may_say_why() -> None:
    text = text_of(refuted(replace(A, deadline=2000.5), resources=("gpu",)))
    assert "2,000.5 h" in text


def test_names_are_no_markup() -> None:
    text = text_of(refuted(A, B, resources=("gpu[/x]", "gpu[a100]", "\x1b[31m")))
    assert "least gpu[/x] least gpu[a100] least \\x1b[31m" in text
    assert "for want of gpu[/x] and gpu[a100] and \\x1b[31m" in text


def test_plain_data() -> None:
    conflict = explanation_document(refuted(A, B, resources=("gpu",)))["conflict"]
    assert conflict["jobs"] == ["a[x]", "b"]
    assert conflict["times"] == [3, 2]
    assert conflict["least_jobs"] == 1
    assert conflict["work"] == {"gpu": {"least": 20.0, "capacity": 16.0}}
    assert (conflict["begin"], conflict["end"]) == (1, 9)
    assert explanation_document(Explanation(Status.FEASIBLE, StoppedBy.GAP)) == {
        "status": "feasible",
        "stopped_by": "gap",
    }
