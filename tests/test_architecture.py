"""Imports point one way, nothing heavy is loaded early, no module grows without end."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from optimizer.solvers.registry import REGISTRY

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "optimizer"
LAYERS = (
    {"errors", "garbage", "names", "patience", "processes", "units", "version"},
    {"instance", "consistency", "profiles"},
    {"problem"},
    {"schedule", "objective", "subproblem"},
    {"explanation", "validation", "metrics", "result"},
    {"formats", "generate", "kernels"},
    {"bounds", "model"},
    {"solvers"},
    {"render"},
    {"bench"},
    {"__init__", "api"},
    {"cli"},
    {"__main__"},
)
RANK = {part: rank for rank, layer in enumerate(LAYERS) for part in layer}
FORBIDDEN = {"render": {"solvers"}}
HEAVY = ("bokeh", "highspy", "matplotlib", "numba", "numpy", "ortools", "pandas", "pulp", "scipy")
MOST_LINES = 400


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts)


MODULES = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def runtime_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes of a module but those that only a type checker sees."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            yield node
            yield from runtime_nodes(node)


def imports(path: Path) -> Iterator[str]:
    """Yield the modules of the package that ``path`` imports, anywhere in it."""
    for node in runtime_nodes(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in MODULES else str(node.module) for name in inner]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == "optimizer")


def part(module: str) -> str:
    """Return the part of the package that a module belongs to."""
    return module.split(".")[1] if "." in module else "__init__"


IMPORTS = [(module, target) for module, path in MODULES.items() for target in imports(path)]


def test_every_module_has_a_layer() -> None:
    assert {part(module) for module in MODULES} <= set(RANK), "give the new part its place in LAYERS"


def test_imports_point_one_way() -> None:
    wrong = [
        f"{module} imports {target}"
        for module, target in IMPORTS
        if RANK[part(target)] > RANK[part(module)] or part(target) in FORBIDDEN.get(part(module), ())
    ]
    assert not wrong, "\n".join(wrong)


def test_solvers_are_reached_through_the_registry_alone() -> None:
    solvers = {entry.target.split(":")[0] for entry in REGISTRY.values()}
    assert solvers <= set(MODULES)
    wrong = [f"{module} imports {target}" for module, target in IMPORTS if target in solvers]
    assert not wrong, "\n".join(wrong)


def test_import_cycles_are_absent() -> None:
    within = {module: {target for source, target in IMPORTS if source == module} for module in MODULES}
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, f"cycle: {' -> '.join((*path, module))}"
        if module not in done:
            for target in within.get(module, ()):
                visit(target, (*path, module))
            done.add(module)

    for module in MODULES:
        visit(module, ())


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = f"import sys, optimizer; print([name for name in {HEAVY} if name in sys.modules])"
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("module", MODULES)
def test_modules_stay_small(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= MOST_LINES
