"""Colours of jobs: by user or kind where there are several, from a palette that colour-blind people can tell apart."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from optimizer.instance import Instance
from optimizer.render.text import printable
from optimizer.units import IntArray

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#F0E442")
"""Okabe & Ito 2008, without vermilion, which is too close to the red of what is wrong."""
OTHER = "#999999"
WRONG = "#C00000"
_LIGHT_TEXT = ("#0072B2", "#009E73")


@dataclass(frozen=True, eq=False)
class Groups:
    """Jobs that share a colour.

    Parameters
    ----------
    names : tuple of str
        Names for the legend, the largest group first; empty when the jobs have nothing to tell them apart.
    of_job : int64[J]
        Index of each job's group; 0 for all without names.
    """

    names: tuple[str, ...]
    of_job: IntArray

    @property
    def colors(self) -> tuple[str, ...]:
        """One colour a group, in hexadecimal notation."""
        return (*PALETTE, OTHER)[: max(1, len(self.names))]

    @classmethod
    def of(cls, instance: Instance) -> "Groups":
        """Return the jobs by user, or by kind when there are not several users."""
        users = ["no user" if job.user is None else printable(job.user) for job in instance.jobs]
        kinds = [str(job.kind) for job in instance.jobs]
        for labels in (users, kinds):
            count = Counter(labels)
            if len(count) > 1:
                return cls._largest(labels, count)
        return cls((), np.zeros(len(instance.jobs), dtype=np.int64))

    @classmethod
    def _largest(cls, labels: list[str], count: Counter[str]) -> "Groups":
        """Return one group for each of the most frequent labels and one for the rest."""
        ranked = [name for name, _ in count.most_common()]
        own = ranked if len(ranked) <= len(PALETTE) + 1 else ranked[: len(PALETTE)]
        index = {name: i for i, name in enumerate(own)}
        rest = () if len(own) == len(ranked) else (f"{len(ranked) - len(own)} others",)
        return cls((*own, *rest), np.array([index.get(label, len(own)) for label in labels], dtype=np.int64))


def text_color(background: str) -> str:
    """Return black or white, whichever reads better on a colour of the palette."""
    return "white" if background in _LIGHT_TEXT else "black"
