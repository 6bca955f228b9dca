"""What the user wrote, checked: resources or nodes, jobs, unavailability.

Every type refuses bad values when it is built, with :class:`~optimizer.errors.InstanceError` naming field, value and
what was expected. The keys are those of an instance file (docs/formats.md, section 1).
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache, cached_property
from typing import Any

import msgspec
from msgspec import Struct

from optimizer.consistency import inconsistencies
from optimizer.errors import InstanceError, Issue
from optimizer.names import Kind, Objective, TimeUnit
from optimizer.units import LARGEST, Number, Scale, is_exact

_NUMBER = "at most six decimal places, no more than 9e12"


def _require(condition: bool, field: str, value: Any, expected: str) -> None:
    if not condition:
        raise InstanceError([Issue(field, value, expected)])


def _require_number(
    field: str, value: Number | None, *, of: str = "", positive: bool = False, signed: bool = False
) -> None:
    if value is None or (type(value) is int and 0 < value <= LARGEST):  # almost all there are, in a million jobs
        return
    kind = "a positive number" if positive else "a number" if signed else "a number >= 0"
    in_range = signed or value > 0 or (value == 0 and not positive)
    _require(in_range and is_exact(value), f"{field}.{of}" if of else field, value, f"{kind} with {_NUMBER}")


def _require_amounts(field: str, amounts: Mapping[str, Number]) -> None:
    for resource, amount in amounts.items():
        _require_number(field, amount, of=resource)


class Resource(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A resource of a pooled cluster.

    Parameters
    ----------
    capacity : number
        How much of it there is, >= 0.
    performance : number
        Speed relative to the durations, > 0.
    """

    capacity: Number
    performance: Number = 1

    def __post_init__(self) -> None:
        _require_number("capacity", self.capacity)
        _require_number("performance", self.performance, positive=True)


class Node(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One or several equal nodes; a job runs whole on one of them.

    Parameters
    ----------
    id : str
        Name; with ``count`` above 1 the nodes are called ``id-0``, ``id-1``, …
    capacity : dict of str to number
        Amount of each resource, >= 0; a resource that is not named is not there.
    count : int
        How many, >= 1.
    performance : number
        Speed relative to the durations, > 0.
    """

    id: str
    capacity: dict[str, Number]
    count: int = 1
    performance: Number = 1

    def __post_init__(self) -> None:
        _require(self.id != "", "id", self.id, "a name that is not empty")
        _require(1 <= self.count <= 1_000_000, "count", self.count, "a whole number from 1 to 1000000")
        _require_number("performance", self.performance, positive=True)
        _require_amounts("capacity", self.capacity)

    @property
    def ids(self) -> tuple[str, ...]:
        """Names of the single nodes."""
        return (self.id,) if self.count == 1 else tuple(f"{self.id}-{i}" for i in range(self.count))


class Mode(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One way to run a job.

    Parameters
    ----------
    duration : number
        Run time at performance 1, >= 0.
    demand : dict of str to number
        Amount of each resource held while it runs, >= 0; one that is not named is not used.
    """

    duration: Number
    demand: dict[str, Number] = {}

    def __post_init__(self) -> None:
        _require_number("duration", self.duration)
        _require_amounts("demand", self.demand)


class Predecessor(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A job that has to end before another starts.

    Parameters
    ----------
    job : str
        Its id.
    lag : number
        Time that has to pass between its end and the start, >= 0.
    """

    job: str
    lag: Number = 0

    def __post_init__(self) -> None:
        _require_number("lag", self.lag)


class Job(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A job: either ``duration`` and ``demand``, or ``modes``.

    Parameters
    ----------
    id : str
        Name, unique in the instance.
    arrival : number
        Earliest start, >= 0.
    deadline : number or None
        Latest end, hard; None when there is none.
    due : number or None
        When it should end, soft: counts in tardiness objectives only. None: the deadline, else none.
    weight : number
        Importance in weighted objectives, > 0.
    priority : number
        Larger is more important; used by policies.
    estimate : number or None
        The run time that policies believe; None: the duration.
    user : str or None
        Label for fair share and hashing.
    kind : Kind
        Label.
    after : tuple of str or Predecessor
        Jobs that have to end before this one starts.
    duration : number or None
        Run time at performance 1, >= 0.
    demand : dict of str to number
        Amount of each resource held while it runs.
    modes : tuple of Mode or None
        Alternatives, of which exactly one is chosen.
    """

    id: str
    arrival: Number = 0
    deadline: Number | None = None
    due: Number | None = None
    weight: Number = 1
    priority: Number = 0
    estimate: Number | None = None
    user: str | None = None
    kind: Kind = Kind.BATCH
    after: tuple[str | Predecessor, ...] = ()
    duration: Number | None = None
    demand: dict[str, Number] = {}
    modes: tuple[Mode, ...] | None = None

    def __post_init__(self) -> None:
        _require(self.id != "", "id", self.id, "a name that is not empty")
        for field in ("arrival", "deadline", "due", "estimate", "duration"):
            _require_number(field, getattr(self, field))
        _require_number("weight", self.weight, positive=True)
        _require_number("priority", self.priority, signed=True)
        _require_amounts("demand", self.demand)
        if self.modes is None:
            _require(self.duration is not None, "duration", self.duration, "a number (or 'modes')")
        else:
            _require(len(self.modes) > 0, "modes", [], "at least one mode")
            _require(self.duration is None, "duration", self.duration, "nothing beside 'modes'")
            _require(not self.demand, "demand", self.demand, "nothing beside 'modes'")

    @property
    def alternatives(self) -> "tuple[Mode | Job, ...]":
        """The modes; a job without ``modes`` is one itself."""
        return (self,) if self.modes is None else self.modes

    @property
    def predecessors(self) -> tuple[Predecessor, ...]:
        """The entries of ``after`` in their long form."""
        if not self.after:
            return ()
        return tuple(Predecessor(entry) if isinstance(entry, str) else entry for entry in self.after)

    @property
    def soft_due(self) -> Number | None:
        """The due date that counts: ``due``, else the deadline, else None."""
        return self.deadline if self.due is None else self.due


class Unavailable(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Capacity that is taken away for a while.

    Parameters
    ----------
    start, end : number
        The block is [start, end), 0 <= start < end.
    resource : str or None
        Which resource; None: all.
    node : str or None
        Which node; None: all.
    amount : number or None
        How much, > 0; None: all of it. Blocks that overlap add up, to no more than the capacity.
    """

    start: Number
    end: Number
    resource: str | None = None
    node: str | None = None
    amount: Number | None = None

    def __post_init__(self) -> None:
        _require_number("start", self.start)
        _require_number("end", self.end)
        _require_number("amount", self.amount, positive=True)
        _require(self.start < self.end, "end", self.end, f"a time after the start {self.start}")


class Instance(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, dict=True):
    """Jobs and the cluster that they share: either ``resources`` (a pool) or ``nodes``.

    Parameters
    ----------
    jobs : tuple of Job
        At least one.
    name : str
        Name for tables and files.
    time_unit : TimeUnit
        What one unit of time means.
    start : datetime or None
        Wall-clock time of time 0, with its zone.
    objective : Objective
        What a schedule is judged by.
    resources : dict of str to number or Resource, or None
        A pooled cluster.
    nodes : tuple of Node or None
        A cluster of nodes.
    unavailable : tuple of Unavailable
        Capacity taken away.

    Raises
    ------
    InstanceError
        With all contradictions: no jobs, duplicate ids, unknown resources, cycles, demands above every capacity,
        deadlines that cannot be met by the job alone.
    """

    jobs: tuple[Job, ...]
    name: str = ""
    time_unit: TimeUnit = TimeUnit.SLOT
    start: datetime | None = None
    objective: Objective = Objective.MEAN_FLOW_TIME
    resources: dict[str, Number | Resource] | None = None
    nodes: tuple[Node, ...] | None = None
    unavailable: tuple[Unavailable, ...] = ()

    def __post_init__(self) -> None:
        issues = _wrong_capacities(self.resources or {}) or inconsistencies(self)
        if issues:
            raise InstanceError(issues)

    @cached_property
    def resource_ids(self) -> tuple[str, ...]:
        """Names of all resources, in the order of the file."""
        if self.resources is not None:
            return tuple(self.resources)
        return tuple(dict.fromkeys(name for node in self.nodes or () for name in node.capacity))

    @cached_property
    def pool(self) -> dict[str, Resource]:
        """The resources of a pooled cluster in their long form; empty when there are nodes."""
        return {
            name: entry if isinstance(entry, Resource) else Resource(entry)
            for name, entry in (self.resources or {}).items()
        }

    def pool_performance(self, demand: Mapping[str, Number]) -> Number:
        """Return the speed of a mode in the pool: the least performance of the resources that it demands."""
        return min((self.pool[name].performance for name, amount in demand.items() if amount > 0), default=1)

    @cached_property
    def node_ids(self) -> tuple[str | None, ...]:
        """Names of the single nodes; a pool is one node without a name."""
        if self.nodes is None:
            return (None,)
        return tuple(name for node in self.nodes for name in node.ids)

    @cached_property
    def time_scale(self) -> Scale:
        """The grid of time: the coarsest that holds durations, arrivals, deadlines, due dates and unavailability."""
        return Scale.holding(self._grid_times())

    @cached_property
    def sha256(self) -> str:
        """Hash of all but the name; equal for files that differ only in the form of numbers and entries."""
        content = _canonical(self) | {"name": "", "resources": _canonical(self.pool)}
        return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()

    def _grid_times(self) -> Iterator[Number]:
        for job in self.jobs:
            yield job.arrival
            yield from (time for time in (job.deadline, job.due) if time is not None)
            if job.duration is not None:
                yield job.duration
            yield from (mode.duration for mode in job.modes or ())
        for block in self.unavailable:
            yield from (block.start, block.end)


def _wrong_capacities(resources: Mapping[str, Number | Resource]) -> list[Issue]:
    """Return what is wrong with capacities that are plain numbers."""
    issues: list[Issue] = []
    for name, entry in resources.items():
        if not isinstance(entry, Resource):
            try:
                _require_number("resources", entry, of=name)
            except InstanceError as error:
                issues.extend(error.issues)
    return issues


def _canonical(value: Any) -> Any:
    """Return ``value`` in plain types: entries in their long form, no defaults, whole numbers as integers."""
    if isinstance(value, Job):
        return _canonical(_fields(value) | {"after": value.predecessors})
    if isinstance(value, Struct):
        return _canonical(_fields(value))
    if isinstance(value, dict):
        return {key: _canonical(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_canonical(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _fields(struct: Struct) -> dict[str, Any]:
    """Return the fields of ``struct`` that differ from their defaults."""
    defaults = _defaults(type(struct))
    return {name: value for name, value in msgspec.structs.asdict(struct).items() if value != defaults[name]}


@cache
def _defaults(kind: type[Struct]) -> dict[str, Any]:
    return {field.name: field.default for field in msgspec.structs.fields(kind)}
