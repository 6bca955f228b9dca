"""What is known about why an instance has no schedule."""

from dataclasses import dataclass

from optimizer.instance import Job, Unavailable
from optimizer.names import Status, StoppedBy
from optimizer.units import Number


@dataclass(frozen=True)
class Conflict:
    """Jobs that cannot all keep their deadlines.

    Parameters
    ----------
    jobs : tuple of Job
        In the order of the file.
    times : tuple of int or float
        Shortest time that each of them takes in any mode on any node.
    resources : tuple of str
        Their capacities alone rule it out; empty: whatever the capacity, they cannot.
    irreducible : bool
        Whether it is proven that without any one of the jobs the others could keep theirs.
    resources_irreducible : bool
        Whether it is proven that all jobs could if there were enough of any one of these resources, and of all others,
        on the nodes that have it.
    work : dict of str to tuple of float
        For the resources of which it alone says enough: what the jobs take at least, amount times time, and what there
        is from the first arrival to the last deadline.
    unavailable : tuple of Unavailable
        What takes from the resources between the first arrival and the last deadline, on nodes that the jobs fit on.
    least_jobs : int
        Any conflict is proven to have at least so many jobs.
    """

    jobs: tuple[Job, ...]
    times: tuple[Number, ...]
    resources: tuple[str, ...]
    irreducible: bool
    resources_irreducible: bool
    work: dict[str, tuple[float, float]]
    unavailable: tuple[Unavailable, ...] = ()
    least_jobs: int = 1

    @property
    def is_smallest(self) -> bool:
        """Whether it is proven that no conflict has fewer jobs."""
        return self.least_jobs == len(self.jobs)

    @property
    def begin(self) -> Number:
        """When the first of the jobs arrives."""
        return min(job.arrival for job in self.jobs)

    @property
    def end(self) -> Number:
        """The last deadline of the jobs."""
        return max(job.deadline for job in self.jobs if job.deadline is not None)


@dataclass(frozen=True)
class Explanation:
    """What is known about the deadlines of an instance.

    Parameters
    ----------
    status : Status
        ``infeasible``; ``feasible``: some schedule keeps all deadlines; ``unknown``.
    stopped_by : StoppedBy
        ``optimality`` where nothing is left open, else why a question was.
    conflict : Conflict or None
        Why there is no schedule, where that is proven.
    """

    status: Status
    stopped_by: StoppedBy
    conflict: Conflict | None = None
