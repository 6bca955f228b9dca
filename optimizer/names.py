"""The closed vocabularies of files and commands, free of imports so that the command line starts at once."""

from enum import StrEnum


class Objective(StrEnum):
    """What a schedule is judged by; all are minimised (definitions: docs/formats.md, section 2)."""

    MEAN_FLOW_TIME = "mean-flow-time"
    MEAN_WEIGHTED_FLOW_TIME = "mean-weighted-flow-time"
    MEAN_WAIT_TIME = "mean-wait-time"
    MEAN_SLOWDOWN = "mean-slowdown"
    MAKESPAN = "makespan"
    TOTAL_TARDINESS = "total-tardiness"
    TOTAL_WEIGHTED_TARDINESS = "total-weighted-tardiness"
    WEIGHTED_NUMBER_LATE = "weighted-number-late"
    MAX_LATENESS = "max-lateness"

    @property
    def is_maximum(self) -> bool:
        """Whether the value is the largest cost of a job instead of a sum over jobs."""
        return self in (Objective.MAKESPAN, Objective.MAX_LATENESS)

    @property
    def uses_due_dates(self) -> bool:
        """Whether the value depends on due dates."""
        return self in (
            Objective.TOTAL_TARDINESS,
            Objective.TOTAL_WEIGHTED_TARDINESS,
            Objective.WEIGHTED_NUMBER_LATE,
            Objective.MAX_LATENESS,
        )


class TimeUnit(StrEnum):
    """What one unit of time in an instance file means."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    SLOT = "slot"

    @property
    def seconds(self) -> int | None:
        """Length in seconds; None for a slot, which has no length."""
        return {"second": 1, "minute": 60, "hour": 3600, "day": 86400}.get(self.value)


class Kind(StrEnum):
    """What sort of work a job is; a label."""

    BATCH = "batch"
    SERVICE = "service"
    STREAM = "stream"


class Status(StrEnum):
    """What is known about the schedule of a run."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    LATE = "late"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


class StoppedBy(StrEnum):
    """Why a run ended."""

    OPTIMALITY = "optimality"
    GAP = "gap"
    TIME_LIMIT = "time-limit"
    ITERATIONS = "iterations"
    FINISHED = "finished"
    INTERRUPT = "interrupt"
    MEMORY = "memory"


class Feature(StrEnum):
    """What an instance can ask of a solver, and what a solver can do."""

    MODES = "modes"
    NODES = "nodes"
    PRECEDENCE = "precedence"
    DEADLINES = "deadlines"
    UNAVAILABILITY = "unavailability"
    WARM_START = "warm-start"
    BOUND = "bound"
    THREADS = "threads"
    PREEMPTIVE = "preemptive"
