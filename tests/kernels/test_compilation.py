import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from optimizer.kernels.compilation import Kernel, kernel
from optimizer.units import IntArray

ROOT = Path(__file__).parent.parent.parent
LIMIT = 3


@kernel
def clipped(value: int) -> int:
    """Return at most ``LIMIT``."""
    return min(value, LIMIT)


@kernel
def clip_all(values: IntArray) -> None:
    for i in range(len(values)):
        values[i] = clipped(values[i])


def run(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_kernel_keeps_the_name_and_documentation_of_its_function() -> None:
    assert clipped.__name__ == "clipped"
    assert "at most" in str(clipped.__doc__)


def test_compiled_kernels_call_compiled_kernels() -> None:
    interpreted, compiled = np.arange(6), np.arange(6)
    clip_all(interpreted)
    clip_all.compiled(compiled)
    assert interpreted.tolist() == compiled.tolist() == [0, 1, 2, 3, 3, 3]


class Compiled:
    """A compiled version that need not be compiled."""

    signatures = ((),)


def test_the_interpreter_is_used_until_it_has_cost_as_much_as_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "numba", raising=False)
    monkeypatch.setattr(Kernel, "_interpreted", 0.0)
    uncompiled = Kernel(clipped.__wrapped__)
    monkeypatch.setattr(Kernel, "compiled", Compiled)
    chosen = [uncompiled.sized(0.4) for _ in range(4)]
    assert chosen == [uncompiled, uncompiled, Compiled, Compiled]
    assert Kernel(clipped.__wrapped__).sized(1.1) is Compiled
    assert Kernel(clipped.__wrapped__).sized(0.1) is not Compiled


def test_once_numba_is_loaded_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", sys)
    monkeypatch.setattr(Kernel, "compiled", Compiled)
    assert Kernel(clipped.__wrapped__).sized(0) is Compiled


def test_a_small_problem_does_not_load_numba() -> None:
    code = """
import sys
from optimizer.instance import Instance, Job
from optimizer.kernels.generation import parallel_schedule, serial_schedule
from optimizer.problem import Problem
jobs = tuple(Job(f"j{i}", duration=i, demand={"r": 1}) for i in range(6))
problem = Problem.of(Instance(jobs=jobs, resources={"r": 2}))
for generate in (serial_schedule, parallel_schedule):
    generate(problem, problem.topological_order)
print("numba" in sys.modules)
"""
    assert run(code) == "False\n"


def test_compiled_code_is_kept_until_the_source_of_any_kernel_changes(tmp_path: Path) -> None:
    """The kernel that is called is in another module than the one that numba watches."""
    cache, package = tmp_path / "cache", tmp_path / "package"
    package.mkdir()
    (package / "inner.py").write_text(
        "from optimizer.kernels.compilation import kernel\n@kernel\ndef inner(x):\n    return x + 1\n"
    )
    (package / "outer.py").write_text(
        "from optimizer.kernels.compilation import kernel\nfrom inner import inner\n"
        "@kernel\ndef outer(x):\n    return 2 * inner(x)\n"
    )
    code = "from outer import outer\nprint(outer.compiled(3), sum(outer.compiled.stats.cache_hits.values()))"
    environment = {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": os.pathsep.join([str(package), str(ROOT)])}
    assert run(code, **environment) == "8 0\n"
    assert run(code, **environment) == "8 1\n"
    source = (package / "inner.py").read_text()
    (package / "inner.py").write_text(source.replace("x + 1", "x + 5"))
    assert run(code, **environment) == "16 0\n"
