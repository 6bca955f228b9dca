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


def run(code: str, folder: Path) -> str:
    """Run ``code`` in a process of its own, with compiled loops kept in ``folder``."""
    if not (folder / "loops.py").exists():
        (folder / "loops.py").write_text(KERNELS)
    path = os.pathsep.join([str(folder), str(ROOT)])
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_interpreter_goes_on_until_another_process_has_compiled(tmp_path: Path) -> None:
    first = """
import loops
print(loops.double.sized(5)(21), len(loops.double.compiled.signatures), loops.double.background.ended)
loops.double.background.wait()
print(loops.double.sized(5) is loops.double.compiled, loops.double.sized(5)(4))
print(sum(loops.double.compiled.stats.cache_hits.values()))
"""
    assert run(first, tmp_path) == "42 0 False\nTrue 8\n1\n"
    second = "import loops\nprint(loops.double.sized(5) is loops.double.compiled)"
    assert run(second, tmp_path) == "True\n"
    (tmp_path / "cache").rename(tmp_path / "gone")
    assert run(second, tmp_path) == "False\n"


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
with background._file:
    print(loops.double.sized(5)(1), background._process)
print(loops.double.sized(5)(2), background._process is not None)
"""
    assert run(code, tmp_path) == "2 None\n4 True\n"
