from .api import gantt, validate
from .errors import (
    InputError,
    InstanceError,
    Issue,
    ModelTooLargeError,
    SchedoptError,
    SolverError,
    SolverMissingError,
    UnsupportedError,
    UsageError,
)
from .formats.reading import load
from .instance import Instance, Job, Mode, Node, Predecessor, Resource, Unavailable
from .metrics import Metrics
from .names import Feature, Kind, Objective, Status, StoppedBy, TimeUnit
from .problem import Problem
from .result import Limits, Progress, Result
from .schedule import Schedule, ScheduledJob, Segment, Segments, scheduled_jobs
from .solvers.compare import Comparison, compare
from .solvers.solve import solve
from .validation import Rule, Violation
from .version import __version__

__all__ = [
    "Comparison",
    "Feature",
    "InputError",
    "Instance",
    "InstanceError",
    "Issue",
    "Job",
    "Kind",
    "Limits",
    "Metrics",
    "Mode",
    "ModelTooLargeError",
    "Node",
    "Objective",
    "Predecessor",
    "Problem",
    "Progress",
    "Resource",
    "Result",
    "Rule",
    "SchedoptError",
    "Schedule",
    "ScheduledJob",
    "Segment",
    "Segments",
    "SolverError",
    "SolverMissingError",
    "Status",
    "StoppedBy",
    "TimeUnit",
    "Unavailable",
    "UnsupportedError",
    "UsageError",
    "Violation",
    "__version__",
    "compare",
    "gantt",
    "load",
    "scheduled_jobs",
    "solve",
    "validate",
]
