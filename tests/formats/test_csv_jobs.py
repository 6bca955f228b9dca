import gzip
from pathlib import Path

import pytest

from optimizer.errors import InputError, InstanceError
from optimizer.formats.csv_jobs import read_csv
from optimizer.formats.reading import load
from optimizer.instance import Job
from optimizer.names import Kind, TimeUnit

CLUSTER = "time_unit: minute\nnodes:\n- {id: n, count: 2, capacity: {gpu: 2, cpu: 16}}\n- {id: m, capacity: {ssd: 1}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lab.cluster.yaml").write_text(CLUSTER)
    return tmp_path


def written(folder: Path, text: str, name: str = "lab.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder / name


def complaints(path: Path) -> list[str]:
    with pytest.raises(InstanceError) as raised:
        read_csv(path)
    assert raised.value.source == str(path)
    return [str(issue) for issue in raised.value.issues]


def message(path: Path) -> str:
    with pytest.raises(InputError) as raised:
        read_csv(path)
    return str(raised.value).removeprefix(f"{path}: ")


def test_every_column_and_resource(folder: Path) -> None:
    text = (
        "cpu,id,arrival,deadline,duration,due,weight,priority,estimate,user,kind,after,gpu\n"
        "8,a,1,40.5,10,30,2.5,-1,12,ann,service,,2\n"
        ",b,,,1e1,,,,,,,a; ,1\n"
        "4,c,,,2,,,,,,,a;b,\n"
    )
    instance = load(written(folder, text))
    assert instance.name == "lab"
    assert instance.time_unit is TimeUnit.MINUTE
    assert instance.node_ids == ("n-0", "n-1", "m")
    assert instance.jobs == (
        Job(
            "a",
            arrival=1,
            deadline=40.5,
            duration=10,
            due=30,
            weight=2.5,
            priority=-1,
            estimate=12,
            user="ann",
            kind=Kind.SERVICE,
            demand={"cpu": 8, "gpu": 2},
        ),
        Job("b", duration=10, after=("a",), demand={"gpu": 1}),
        Job("c", duration=2, after=("a", "b"), demand={"cpu": 4}),
    )


def test_digits_stay_text_in_text_columns(folder: Path) -> None:
    (job,) = read_csv(written(folder, "id,duration,user\n007,1,42\n")).jobs
    assert (job.id, job.user) == ("007", "42")


def test_quotes_spaces_blank_rows_line_ends_and_byte_order_mark(folder: Path) -> None:
    path = written(folder, '\ufeff id , duration\r\n\r\n"a, ""b""", 2 \r\n,\r\n')
    assert read_csv(path).jobs == (Job('a, "b"', duration=2),)


def test_packed_jobs_find_the_same_cluster(folder: Path) -> None:
    (folder / "lab.csv.gz").write_bytes(gzip.compress(b"id,duration,ssd\na,2,1\n"))
    instance = load(folder / "lab.csv.gz")
    assert (instance.name, instance.jobs) == ("lab", (Job("a", duration=2, demand={"ssd": 1}),))


def test_which_cluster_file(folder: Path) -> None:
    path = written(folder, "id,duration\na,2\n")
    (folder / "cluster.json").write_text('{"name": "shared", "resources": {"gpu": 1}}')
    (folder / "other.yml").write_text("name: given\nresources: {gpu: 3}\n")
    assert read_csv(path).name == "lab"
    assert read_csv(written(folder, "id,duration\na,2\n", "night.csv")).name == "shared"
    assert load(path, cluster=folder / "other.yml").pool["gpu"].capacity == 3


def test_no_cluster_file_names_the_places(tmp_path: Path) -> None:
    assert message(written(tmp_path, "id,duration\na,2\n")) == (
        "no cluster file beside it, expected one of lab.cluster.yaml, lab.cluster.yml, lab.cluster.json, cluster.yaml, "
        "cluster.yml, cluster.json"
    )


@pytest.mark.parametrize(
    ("header", "row", "complaint"),
    [
        ("id", "a", "line 2, column 'duration': missing, expected a number (or 'modes')"),
        ("duration", "2", "line 2, column 'id': missing, expected text"),
        ("id,duration", "a,", "line 2, column 'duration': missing, expected a number (or 'modes')"),
        ("id,duration,arrival", "a,2,1h", "line 2, column 'arrival': '1h', expected a number"),
        ("id,duration,gpu", "a,2,many", "line 2, column 'gpu': 'many', expected a number"),
        ("id,duration,after", "a,2,z", "line 2, column 'after': 'z', expected the id of a job"),
        ("id,duration,gpu", "a,2,3", "line 2, column 'gpu': 3, expected at most 2, the largest node's capacity"),
        ("id,duration,gpu,ssd", "a,2,1,1", "line 2: {'gpu': 1, 'ssd': 1}, expected no more than some one node has"),
        ("id,duration,arrival,deadline", "a,5,1,3", "line 2, column 'deadline': 3, expected at least 6: arrival 1 + "),
        ("id,duration,gpus", "a,2,1", "line 1: 'column gpus', expected one of the columns id, user, kind, arrival,"),
        ("id,duration,id", "a,2,b", "column 'id': '2 times', expected each column once"),
        ("id,duration", "a,2,3", "line 2: '3 cells', expected 2, as in the header"),
    ],
)
def test_wrong_cell_is_told_by_line_and_column(folder: Path, header: str, row: str, complaint: str) -> None:
    (found,) = complaints(written(folder, f"{header}\n{row}\n"))
    assert found.startswith(complaint)


def test_lines_are_those_of_the_file(folder: Path) -> None:
    path = written(folder, 'id,duration,user\na,1,"two\nlines"\n\na,x,\nb,-1,\n')
    assert complaints(path) == [
        "line 5, column 'duration': 'x', expected a number",
        "line 6, column 'duration': -1, expected a number >= 0 with at most six decimal places, no more than 9e12",
    ]
    assert complaints(written(folder, "id,duration\na,1\n\na,1\n")) == [
        "line 4, column 'id': 'a', expected a name that no other job has (line 2 has it too)"
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (",,\n", "only empty cells, expected a header with the names of the columns"),
        ('id,duration\n"a,2\n', "line 2: not CSV: unexpected end of data"),
    ],
)
def test_unusable_text(folder: Path, text: str, complaint: str) -> None:
    assert message(written(folder, text)) == complaint


def test_header_alone_has_no_jobs(folder: Path) -> None:
    assert message(written(folder, "id,duration\n")).endswith("expected at least one job")


@pytest.mark.parametrize(
    ("cluster", "complaint"),
    [
        ("resources: {gpu: 1}\njobs: []\n", "it has a key 'jobs', expected none: the jobs stand in "),
        ("[1]", "[1], expected a mapping with the keys of a cluster"),
        ("resources: {gpu: x}\n", "resources.gpu: 'x', expected a number or a mapping"),
        ("objective: makespan\n", "resources: missing, expected either 'resources' or 'nodes'"),
    ],
)
def test_wrong_cluster_is_told_about_its_own_file(tmp_path: Path, cluster: str, complaint: str) -> None:
    place = tmp_path / "cluster.yaml"
    place.write_text(cluster)
    assert message(written(tmp_path, "id,duration\na,2\n")).startswith(f"{place}: {complaint}")


def test_resource_called_like_a_column(tmp_path: Path) -> None:
    (tmp_path / "cluster.yaml").write_text("resources: {weight: 1}\n")
    assert complaints(written(tmp_path, "id,duration,weight\na,2,1\n")) == [
        "column 'weight': \"a resource's name\", expected a resource that is not called like a column"
    ]
