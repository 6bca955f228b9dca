import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

KERNELS = """
from optimizer.kernels.compilation import kernel

@kernel
def double(x):
    return 2 * x

@kernel
def unknown(x):
    return x if x > 0 else open(x)
"""


def run(code: str, folder: Path, **more: str) -> str:
    """Run ``code`` in a process of its own, with compiled loops kept in ``folder``."""
    if not (folder / "loops.py").exists():
        (folder / "loops.py").write_text(KERNELS)
    path = os.pathsep.join([str(folder), str(ROOT)])
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": path, **more}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


CALL = "import loops\nprint(loops.double.sized(5)(21), len(loops.double.compiled.signatures))"


def test_the_interpreter_goes_on_until_another_process_has_compiled(tmp_path: Path) -> None:
    wait = "\nloops.double.background.wait()\nprint(loops.double.sized(5)(4), loops.double.compiled.stats.cache_hits)"
    first, second = run(CALL + wait, tmp_path).splitlines()
    assert first == "42 0"
    assert second.startswith("8 ")
    assert ": 1" in second
    assert run(CALL, tmp_path) == "42 1\n"
    (tmp_path / "cache").rename(tmp_path / "gone")
    assert run(CALL, tmp_path) == "42 0\n"


def test_other_arguments_are_compiled_for_themselves(tmp_path: Path) -> None:
    run(CALL + "\nloops.double.background.wait()", tmp_path)
    assert run(CALL.replace("21", "2.5"), tmp_path) == "5.0 0\n"


def test_without_a_place_to_keep_it_each_process_compiles_for_itself(tmp_path: Path) -> None:
    nowhere = "from numba.core import caching\ncaching.CacheImpl._locator_classes = []\n"
    assert run(nowhere + CALL, tmp_path) == "42 1\n"


def test_without_numba_s_compiler_everything_is_interpreted(tmp_path: Path) -> None:
    assert run("import loops\nprint(loops.double.sized(5)(21))", tmp_path, NUMBA_DISABLE_JIT="1") == "42\n"


def test_where_no_process_can_be_started_this_one_compiles(tmp_path: Path) -> None:
    assert run("import sys\nsys.executable = ''\n" + CALL, tmp_path) == "42 1\n"


def test_a_call_that_takes_longer_than_compiling_waits_for_it(tmp_path: Path) -> None:
    code = "import loops\nprint(loops.double.sized(1000)(21), len(loops.double.compiled.signatures))"
    assert run(code, tmp_path) == "42 1\n"


def test_a_process_that_fails_leaves_the_compiler_to_the_next_call(tmp_path: Path) -> None:
    code = """
import loops
print(loops.unknown.sized(5)(7))
loops.unknown.background.wait()
try:
    loops.unknown.sized(5)(7)
except Exception as error:
    print(type(error).__module__)
"""
    assert run(code, tmp_path) == "7\nnumba.core.errors\n"


def test_nobody_asks_for_what_another_process_is_compiling(tmp_path: Path) -> None:
    code = """
import loops
background = loops.double.background
with background._lock:
    print(loops.double.sized(5)(1), background._process)
print(loops.double.sized(5)(2), background._process is not None)
"""
    assert run(code, tmp_path) == "2 None\n4 True\n"
