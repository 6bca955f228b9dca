"""The policies without preemption, but for priorities: each is an order of the queue."""

from dataclasses import dataclass

from optimizer.kernels.policies.queueing import Backfill
from optimizer.solvers.policies import orders
from optimizer.solvers.policies.queue_policy import QueuePolicy


class FCFS(QueuePolicy):
    """First come, first served; knows nothing of run times."""


@dataclass(frozen=True)
class EASY(QueuePolicy):
    """First come, first served with EASY backfilling (Lifka 1995); knows estimates."""

    backfill: Backfill = "easy"


@dataclass(frozen=True)
class Conservative(QueuePolicy):
    """First come, first served with conservative backfilling (Mu'alem & Feitelson 2001); knows estimates."""

    backfill: Backfill = "conservative"


class SJF(QueuePolicy):
    """Shortest job first (Smith 1956); knows estimates."""

    own = orders.sjf


class LJF(QueuePolicy):
    """Longest job first (Graham 1969); knows estimates."""

    own = orders.ljf


class SmallestArea(QueuePolicy):
    """Smallest estimated run time x size first (Mu'alem & Feitelson 2001); knows estimates."""

    own = orders.smallest_area


class EDF(QueuePolicy):
    """Earliest deadline first (Jackson 1955); knows deadlines."""

    own = orders.edf


class WFP3(QueuePolicy):
    """Largest (wait / estimate)^3 x size first (Tang et al. 2009); knows estimates, and looks anew at each pass."""

    own = orders.wfp3


class UNICEP(QueuePolicy):
    """Largest wait / (log2(size + 1) x estimate) first (Tang et al. 2009); knows estimates, looks anew at each pass."""

    own = orders.unicep


class F1(QueuePolicy):
    """The best learned order of Carastan-Santos & de Camargo (SC'17); knows estimates."""

    own = orders.f1


class F2(QueuePolicy):
    """The second of the same; knows estimates."""

    own = orders.f2


class F3(QueuePolicy):
    """The third of the same; knows estimates."""

    own = orders.f3


class F4(QueuePolicy):
    """The fourth of the same; knows estimates."""

    own = orders.f4
