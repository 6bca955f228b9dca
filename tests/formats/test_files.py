import gzip
import os
from pathlib import Path

import pytest

from optimizer.errors import InputError
from optimizer.formats.files import json_text, read_text, stem, suffix, try_to_write, write_whole

# Without the time of packing: processes that run tests side by side must find the same parameters.
PACKED = gzip.compress(b"text", mtime=0)


@pytest.mark.parametrize(
    ("path", "ending", "name"),
    [
        ("a/b.json", ".json", "b"),
        ("b.SWF.GZ", ".swf.gz", "b"),
        ("v1.2.yaml", ".yaml", "v1.2"),
        ("b.gz", ".gz", "b"),
        ("b", "", "b"),
    ],
)
def test_suffix_and_stem(path: str, ending: str, name: str) -> None:
    assert (suffix(path), stem(path)) == (ending, name)


def test_text_is_unpacked_and_loses_its_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbfid\xc3\xa9"))
    assert read_text(path) == "idé"


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.json", b"", "the file is empty"),
        ("a.json", b" \n ", "the file is empty"),
        ("a.json", b"{}\xff", "not UTF-8 text (byte 2)"),
        ("a.swf.gz", b"plain", "cannot be unpacked"),
        ("a.swf.gz", PACKED[:-4], "cannot be unpacked"),
        ("a.swf.gz", PACKED[:12] + b"\xff\xff\xff\xff\xff", "cannot be unpacked"),
    ],
)
def test_unusable_file_is_named(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError) as raised:
        read_text(path)
    assert str(raised.value).startswith(f"{path}: {message}")


def test_missing_file_and_directory_are_named(tmp_path: Path) -> None:
    for path, reason in [(tmp_path / "no.json", "No such file or directory"), (tmp_path, "Is a directory")]:
        with pytest.raises(InputError) as raised:
            read_text(path)
        assert str(raised.value) == f"{path}: cannot be read: {reason}"


def test_write_replaces_the_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    write_whole(path, "old")
    write_whole(path, b"new")
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["out.json"]


def test_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.json"
    write_whole(path, "old")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full_disk)
    with pytest.raises(InputError, match=r"out\.json: cannot be written: No space left on device"):
        write_whole(path, "new")
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.json"]


def test_missing_folder_is_an_error_about_the_target(tmp_path: Path) -> None:
    path = tmp_path / "no" / "out.json"
    with pytest.raises(InputError) as raised:
        write_whole(path, "x")
    assert str(raised.value) == f"{path}: cannot be written: No such file or directory"


@pytest.mark.parametrize("name", ["x" * 240 + ".swf.gz", "x" * 255])
def test_names_as_long_as_they_may_be_are_written(tmp_path: Path, name: str) -> None:
    try_to_write(tmp_path / name)
    assert not os.listdir(tmp_path)
    write_whole(tmp_path / name, "x")
    assert os.listdir(tmp_path) == [name]


def test_trying_to_write_leaves_the_file_alone(tmp_path: Path) -> None:
    write_whole(tmp_path / "out.json", "old")
    try_to_write(tmp_path / "out.json")
    try_to_write(os.devnull)
    assert (tmp_path / "out.json").read_text() == "old"
    assert os.listdir(tmp_path) == ["out.json"]


@pytest.mark.parametrize("name", ["no/out.json", "x" * 256, "a\0b"])
def test_what_cannot_be_written_is_known_beforehand(tmp_path: Path, name: str) -> None:
    for attempt in (try_to_write, lambda path: write_whole(path, "x")):
        with pytest.raises(InputError, match="cannot be written"):
            attempt(tmp_path / name)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="a folder in which not even root can write")
def test_a_folder_that_cannot_be_written_to() -> None:
    with pytest.raises(InputError, match=r"/proc/out\.json: cannot be written"):
        try_to_write("/proc/out.json")


def test_directory_as_target_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written: Is a directory"):
        write_whole(tmp_path, "x")


@pytest.mark.skipif(os.name != "posix", reason="symbolic links and devices of POSIX")
def test_write_goes_through_links_and_devices(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    write_whole(tmp_path / "link.json", "new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text() == "new"
    write_whole(os.devnull, "gone")
    assert not Path(os.devnull).is_file()


def test_json_text_has_a_line_for_each_entry() -> None:
    text = json_text({"name": "ü", "none": [], "jobs": ({"id": "a"}, {"id": "b"})})
    assert text == '{\n"name": "ü",\n"none": [],\n"jobs": [\n  {"id":"a"},\n  {"id":"b"}\n]\n}\n'
