from .api import gantt, validate
from .bounds.bound import BoundRow, Bounds, bound
from .bounds.catalogue import Holds
from .errors import (
    InputError,
    InstanceError,
    Issue,
    MissingPackageError,
    ModelTooLargeError,
    SchedoptError,
    SolverError,
    SolverMissingError,
    UnsupportedError,
    UsageError,
)
from .explanation import Conflict, Explanation
from .formats.reading import load
from .formats.swf import Window
from .instance import Instance, Job, Mode, Node, Predecessor, Resource, Unavailable
from .metrics import Metrics
from .names import Feature, Kind, Objective, Status, StoppedBy, TimeUnit
from .problem import Problem
from .result import Limits, Progress, Result
from .schedule import Schedule, ScheduledJob, Segment, Segments, scheduled_jobs
from .solvers.compare import Comparison, compare
from .solvers.explain import explain
from .solvers.solve import solve
from .validation import Rule, Violation
from .version import __version__

__all__ = [
    "BoundRow",
    "Bounds",
    "Comparison",
    "Conflict",
    "Explanation",
    "Feature",
    "Holds",
    "InputError",
    "Instance",
    "InstanceError",
    "Issue",
    "Job",
    "Kind",
    "Limits",
    "Metrics",
    "MissingPackageError",
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
    "Window",
    "__version__",
    "bound",
    "compare",
    "explain",
    "gantt",
    "load",
    "scheduled_jobs",
    "solve",
    "validate",
]
