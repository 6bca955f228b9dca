"""Every solver by name, as data: what it can do is known without importing it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, get_type_hints

from optimizer.errors import SolverMissingError, UnsupportedError, UsageError
from optimizer.names import Feature

if TYPE_CHECKING:
    from optimizer.solvers.base import Solver


class SolverKind(StrEnum):
    """What sort of method a solver is."""

    PORTFOLIO = "portfolio"
    EXACT = "exact"
    HEURISTIC = "heuristic"
    POLICY = "policy"


_EVERYTHING = frozenset({Feature.MODES, Feature.NODES, Feature.PRECEDENCE, Feature.DEADLINES, Feature.UNAVAILABILITY})
_EXACT = _EVERYTHING | {Feature.BOUND, Feature.WARM_START, Feature.THREADS}


@dataclass(frozen=True)
class Entry:
    """One solver of the registry.

    Parameters
    ----------
    name : str
        Its name in files and commands.
    kind : SolverKind
        What sort of method it is.
    summary : str
        What it does, in one line.
    target : str
        Where its class is, as ``module:class``.
    features : frozenset of Feature
        What it can do.
    requires : mapping of str to str
        Modules that it imports, and what to install for them.
    """

    name: str
    kind: SolverKind
    summary: str
    target: str
    features: frozenset[Feature]
    requires: Mapping[str, str]

    @property
    def missing(self) -> tuple[str, ...]:
        """What has to be installed before it can run."""
        return tuple(package for module, package in self.requires.items() if find_spec(module) is None)

    @property
    def options(self) -> dict[str, Any]:
        """Names and defaults of the options."""
        return {field.name: field.default for field in fields(self.type)}  # type: ignore[arg-type]

    @property
    def type(self) -> "type[Solver]":
        """The class of the solver; its fields are the options.

        Raises
        ------
        SolverMissingError
            Naming what to install.
        """
        if self.missing:
            raise SolverMissingError(f"solver {self.name} is not installed: pip install {' '.join(self.missing)}")
        module, name = self.target.split(":")
        found: type[Solver] = getattr(import_module(module), name)
        return found


def _policy(name: str, summary: str, target: str, *features: Feature) -> Entry:
    module = f"optimizer.solvers.policies.{target}"
    return Entry(name, SolverKind.POLICY, summary, module, _EVERYTHING | set(features), {})


def _search(name: str, summary: str, target: str) -> Entry:
    module = f"optimizer.solvers.heuristics.{target}"
    return Entry(name, SolverKind.HEURISTIC, summary, module, _EVERYTHING | {Feature.WARM_START, Feature.THREADS}, {})


_ENTRIES = (
    Entry(
        "auto",
        SolverKind.PORTFOLIO,
        "local search beside branch and cut or CP-SAT, which exchange what they find",
        "optimizer.solvers.auto:Auto",
        _EXACT,
        {},
    ),
    Entry(
        "branch-and-cut",
        SolverKind.EXACT,
        "cutting planes on the time-indexed program, then a tree, or HiGHS, on the columns that they leave",
        "optimizer.solvers.exact.branch_and_cut:BranchAndCut",
        _EXACT,
        {"highspy": "highspy"},
    ),
    Entry(
        "highs",
        SolverKind.EXACT,
        "HiGHS on the time-indexed program",
        "optimizer.solvers.exact.highs:HiGHS",
        _EXACT,
        {"highspy": "highspy"},
    ),
    Entry(
        "cbc",
        SolverKind.EXACT,
        "CBC (PuLP's) on the time-indexed program",
        "optimizer.solvers.exact.cbc:CBC",
        _EXACT,
        {"pulp": "'pulp>=3.3,<4'", "highspy": "highspy"},
    ),
    Entry(
        "cp-sat",
        SolverKind.EXACT,
        "CP-SAT (OR-Tools) on interval variables",
        "optimizer.solvers.exact.cp_sat:CPSAT",
        _EXACT,
        {"ortools": "ortools"},
    ),
    Entry(
        "greedy",
        SolverKind.HEURISTIC,
        "list scheduling by a priority rule, or the best of all rules; samples around it",
        "optimizer.solvers.heuristics.greedy:Greedy",
        _EVERYTHING | {Feature.THREADS},
        {},
    ),
    _search(
        "local-search", "annealing over moves of jobs; what they touch is placed again", "local_search:LocalSearch"
    ),
    _search("genetic", "a genetic algorithm over orders, modes and nodes", "genetic:Genetic"),
    _search("ant-colony", "ant colony optimisation: orders that follow pheromone", "ant_colony:AntColony"),
    _search("particle-swarm", "particle swarm optimisation of random keys", "particle_swarm:ParticleSwarm"),
    Entry(
        "lp-rounding",
        SolverKind.HEURISTIC,
        "orders by alpha-points of the time-indexed linear program, whose value is the bound",
        "optimizer.solvers.heuristics.lp_rounding:LPRounding",
        _EVERYTHING | {Feature.BOUND, Feature.WARM_START, Feature.THREADS},
        {"highspy": "highspy"},
    ),
    Entry(
        "backtracking",
        SolverKind.HEURISTIC,
        "branch and bound, limited discrepancies first",
        "optimizer.solvers.heuristics.backtracking:Backtracking",
        _EVERYTHING | {Feature.WARM_START, Feature.BOUND},
        {},
    ),
    _policy("fcfs", "first come, first served", "queue:FCFS"),
    _policy("easy", "first come, first served, backfilled behind one reservation", "queue:EASY"),
    _policy("conservative", "first come, first served, backfilled behind a reservation each", "queue:Conservative"),
    _policy("sjf", "shortest estimate first", "queue:SJF"),
    _policy("ljf", "longest estimate first", "queue:LJF"),
    _policy("smallest-area", "smallest estimate x size first", "queue:SmallestArea"),
    _policy("edf", "earliest deadline first", "queue:EDF"),
    _policy("priority", "highest priority first", "priority:Priority", Feature.PREEMPTIVE),
    _policy("wfp3", "largest (wait / estimate)^3 x size first", "queue:WFP3"),
    _policy("unicep", "largest wait / (log size x estimate) first", "queue:UNICEP"),
    _policy("f1", "a learned order of estimate, size and arrival (SC'17)", "queue:F1"),
    _policy("f2", "the second of these orders", "queue:F2"),
    _policy("f3", "the third of these orders", "queue:F3"),
    _policy("f4", "the fourth of these orders", "queue:F4"),
    _policy("srpt", "shortest remaining time first", "srpt:SRPT", Feature.PREEMPTIVE),
    _policy("las", "least attained service first", "las:LAS", Feature.PREEMPTIVE),
    _policy("round-robin", "a quantum each, in turn", "feedback:RoundRobin", Feature.PREEMPTIVE),
    _policy("mlfq", "multi-level feedback queues", "feedback:MLFQ", Feature.PREEMPTIVE),
)

REGISTRY: Mapping[str, Entry] = {entry.name: entry for entry in _ENTRIES}


def find(name: str) -> Entry:
    """Return the entry of a solver.

    Raises
    ------
    UsageError
        When there is none, with the nearest name.
    """
    if name in REGISTRY:
        return REGISTRY[name]
    near = get_close_matches(name, REGISTRY, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise UsageError(f"solver {name!r}: expected one of {', '.join(REGISTRY)}{hint}")


def parse(text: str) -> tuple[Entry, dict[str, str]]:
    """Return entry and options of ``name`` or ``name:key=value,key=value``.

    Raises
    ------
    UsageError
        When the name is not known or an option is not of the form ``key=value``.
    """
    name, _, rest = text.partition(":")
    options = {}
    for item in rest.split(",") if rest else []:
        key, equals, value = item.partition("=")
        if not key or not equals:
            raise UsageError(f"solver {text!r}: option {item!r}, expected key=value")
        options[key.strip().replace("-", "_")] = value.strip()
    return find(name.strip()), options


def split(text: str) -> list[str]:
    """Return the solvers of a list ``a,b:key=value,key=value,c``.

    A part that is ``key=value`` and no solver belongs to the solver before it.

    Raises
    ------
    UsageError
        When the list is empty or begins with an option.
    """
    solvers: list[str] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        if "=" in part and ":" not in part and solvers:
            solvers[-1] += f",{part}"
        else:
            solvers.append(part)
    if not solvers:
        raise UsageError(f"solvers {text!r}: expected a list of names")
    for solver in solvers:
        parse(solver)
    return solvers


def create(entry: Entry, options: Mapping[str, Any]) -> "Solver":
    """Return the solver with these options, given as text or as values.

    Raises
    ------
    UsageError
        When an option is not known or its value does not fit.
    SolverMissingError
        When something has to be installed first.
    """
    import msgspec

    from optimizer.formats.complaints import expected

    cls = entry.type
    known = [field.name for field in fields(cls)]  # type: ignore[arg-type]
    for key in options:
        if key not in known:
            raise UsageError(f"solver {entry.name}: option {key!r}, expected one of {', '.join(known) or 'none'}")
    hints = get_type_hints(cls)
    values = {}
    for key, value in options.items():
        try:
            values[key] = msgspec.convert(value, hints[key], strict=False)
        except msgspec.ValidationError as error:
            raise UsageError(
                f"solver {entry.name}: option {key}={value}, expected {expected(hints[key], None)}"
            ) from error
    try:
        return cls(**values)
    except UsageError as error:
        raise UsageError(f"solver {entry.name}: {error}") from error


def chosen_options(solver: "Solver") -> dict[str, Any]:
    """Return the options of a solver that are not at their default."""
    own = fields(solver)  # type: ignore[arg-type]
    return {field.name: getattr(solver, field.name) for field in own if getattr(solver, field.name) != field.default}


def require_features(entry: Entry, wanted: frozenset[Feature]) -> None:
    """Refuse what a solver does not do.

    Raises
    ------
    UnsupportedError
        Naming what is missing and the solvers that have it.
    """
    lacking = sorted(wanted - entry.features)
    if lacking:
        able = [other.name for other in REGISTRY.values() if wanted <= other.features]
        raise UnsupportedError(f"solver {entry.name} does not do {', '.join(lacking)}; {', '.join(able)} do")
