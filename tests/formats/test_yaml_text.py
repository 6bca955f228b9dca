import pytest
import yaml

from optimizer.errors import InputError, InstanceError
from optimizer.formats.complaints import convert
from optimizer.formats.yaml_text import _loader, parse_yaml
from optimizer.instance import Instance

JOB = "resources: {gpu: 8}\njobs:\n- {id: a, duration: 1}\n- {id: b, %s}"


def complaint(text: str) -> str:
    with pytest.raises(InputError) as raised:
        parse_yaml(text, "x.yaml")
    return str(raised.value).removeprefix("x.yaml: ")


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 1\nb: -2.5\nc: 'no'\nd: true\ne: null", {"a": 1, "b": -2.5, "c": "no", "d": True, "e": None}),
        ("a: 1.5e+3\nb: 0\nc: [x, 'y']", {"a": 1500.0, "b": 0, "c": ["x", "y"]}),
        ("a: &a {x: 1}\nb: *a\nc: {<<: *a, y: 2}", {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 1, "y": 2}}),
        ("a: &a {x: 1}\nb: {<<: *a, x: 2}", {"a": {"x": 1}, "b": {"x": 2}}),
        ("# nothing", None),
    ],
)
def test_plain_data(text: str, data: object) -> None:
    assert parse_yaml(text, "x.yaml") == data


@pytest.mark.parametrize(
    ("written", "meaning"),
    [("no", "False"), ("yes", "True"), ("off", "False"), ("12:30", "750"), ("010", "8"), ("0x1F", "31"), ("1_0", "10")],
)
def test_ambiguous_scalars_are_refused_by_path(written: str, meaning: str) -> None:
    with pytest.raises(InstanceError) as raised:
        convert(parse_yaml(JOB % f"duration: {written}", "x.yaml"), Instance, "x.yaml")
    expected = f"a number; YAML takes it for {meaning}, write a plain number"
    assert str(raised.value) == f"x.yaml: jobs[1].duration: {written}, expected {expected}"
    with pytest.raises(InstanceError) as raised:
        convert(parse_yaml(JOB % f"duration: 1, user: {written}", "x.yaml"), Instance, "x.yaml")
    assert str(raised.value) == f"x.yaml: jobs[1].user: {written}, expected text; put it in quotes"


@pytest.mark.parametrize("written", ["2026-01-05", "7", "1.5", "true"])
def test_what_is_no_text_has_to_be_quoted(written: str) -> None:
    with pytest.raises(InstanceError, match=r"jobs\[1\]\.user: .*, expected text; put it in quotes"):
        convert(parse_yaml(JOB % f"duration: 1, user: {written}", "x.yaml"), Instance, "x.yaml")


@pytest.mark.parametrize("written", ["2026-13-45", "2026-01-05"])
def test_start_needs_a_date_that_exists_and_a_time(written: str) -> None:
    with pytest.raises(InstanceError, match=f"start: {written}, expected a time such as 2026-01-05T08:00:00Z$"):
        convert(parse_yaml(f"start: {written}\n{JOB % 'duration: 1'}", "x.yaml"), Instance, "x.yaml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2", "line 2, column 1: the key 'a' stands twice in one mapping"),
        ("a: {no: 1}", "line 1, column 5: the key no, expected text; put it in quotes"),
        ("1: 1", "line 1, column 1: the key 1, expected text; put it in quotes"),
        ("? [a]\n: 1", "line 1, column 3: the key […], expected text; put it in quotes"),
        ("a: !!binary aGk=", "line 1, column 4: 'aGk=' with the tag 'tag:yaml.org,2002:binary', expected no tag"),
        ("a: !x 1", "line 1, column 4: '1' with the tag '!x', expected no tag"),
        ("a: &x [*x]", "line 1, column 4: refers to itself"),
        ("a: *x", "line 1, column 4: not YAML: found undefined alias"),
        ("a: 1\n---\nb: 2", "line 2, column 1: not YAML: expected a single document in the stream, but found another"),
        ("a: \x01", "not YAML: unacceptable character #x0001"),
        ("[" * 100, "line 1, column 50: not YAML: nested more than 50 levels deep"),
        ("[" * 200_000, "line 1, column "),  # libyaml may refuse it first, with words of its own
    ],
)
def test_unusable_yaml_is_located(text: str, expected: str) -> None:
    assert complaint(text).startswith(expected)


def test_aliases_cannot_unfold_without_end() -> None:
    lines = ["a0: &a0 [" + ", ".join("x" * 10) + "]"]
    lines += [f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 10) + "]" for i in range(1, 8)]
    assert complaint("\n".join(lines)) == "its aliases unfold to more than 10000000 values"


def test_python_loader_does_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    _loader.cache_clear()
    try:
        assert parse_yaml("a: [1, {b: c}]", "x.yaml") == {"a": [1, {"b": "c"}]}
        assert "nested more than 50 levels" in complaint("[" * 100)
    finally:
        _loader.cache_clear()
