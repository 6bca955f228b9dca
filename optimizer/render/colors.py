"""Colours of jobs: by user, kind, priority or lateness, from palettes that colour-blind people can tell apart."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from optimizer.instance import Instance
from optimizer.render.text import number_text, printable
from optimizer.units import FloatArray, IntArray

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#F0E442")
"""Okabe & Ito 2008, without vermilion, which is too close to the red of what is wrong."""
OTHER = "#999999"
WRONG = "#C00000"
LOAD, CAPACITY, UNAVAILABLE = "#8FB8DE", "#000000", "#888888"
WAITING, DUE, JOIN = "#AAAAAA", "#000000", "#444444"
BAND = "#F4F4F4"
RANKS = ("#440154", "#3B528B", "#21918C", "#5EC962", "#FDE725")
"""From most to least important: viridis (van der Walt & Smith 2015), which darkens evenly."""
_FAIR = 0.179  # of this luminance, black and white contrast alike


@dataclass(frozen=True, eq=False)
class Groups:
    """Jobs that share a colour.

    Parameters
    ----------
    names : tuple of str
        Names for the legend, the largest group first; empty when colours only tell neighbours apart.
    of_job : int64[J]
        Index of each job's colour.
    palette : tuple of str
        Colours to choose from, in hexadecimal notation.
    """

    names: tuple[str, ...]
    of_job: IntArray
    palette: tuple[str, ...] = (*PALETTE, OTHER)

    @property
    def colors(self) -> tuple[str, ...]:
        """One colour a group, in hexadecimal notation."""
        return self.palette[: max(1, len(self.names))]

    @classmethod
    def of(cls, instance: Instance) -> "Groups":
        """Return the jobs by user, or by kind when there are not several users."""
        for groups in (cls.by_user(instance), cls.by_kind(instance)):
            if len(groups.names) > 1:
                return groups
        return cls((), np.zeros(len(instance.jobs), dtype=np.int64))

    @classmethod
    def by_user(cls, instance: Instance) -> "Groups":
        """Return the jobs of each user."""
        return cls._largest(["no user" if job.user is None else printable(job.user) for job in instance.jobs])

    @classmethod
    def by_kind(cls, instance: Instance) -> "Groups":
        """Return the jobs of each kind."""
        return cls._largest([str(job.kind) for job in instance.jobs])

    @classmethod
    def by_priority(cls, instance: Instance) -> "Groups":
        """Return the jobs of each priority, the highest first; of each fifth of the priorities when there are many."""
        values, rank = np.unique([-float(job.priority) for job in instance.jobs], return_inverse=True)
        classes = min(len(values), len(RANKS))
        class_of = np.arange(len(values)) * classes // len(values)
        bounds = [values[class_of == c][[0, -1]] for c in range(classes)]
        names = [" to ".join(dict.fromkeys(number_text(-bound) for bound in pair)) for pair in bounds]
        spread = (np.arange(classes) * (len(RANKS) - 1) // max(1, classes - 1)).tolist()
        return cls(tuple(names), class_of[rank], tuple(RANKS[i] for i in spread))

    @classmethod
    def by_lateness(cls, end: FloatArray, due: FloatArray, deadline: FloatArray) -> "Groups":
        """Return the jobs in time, after due dates, after deadlines, and without either; some may be empty."""
        names = ("in time", "after the due date", "after the deadline", "neither due nor deadline")
        dated = np.isfinite(due) | np.isfinite(deadline)
        of_job = np.select([end > deadline, end > due, dated], [2, 1, 0], 3)
        return cls(names, of_job, (PALETTE[0], PALETTE[1], WRONG, OTHER))

    @classmethod
    def by_start(cls, start: FloatArray) -> "Groups":
        """Return colours that alternate in order of start, so that neighbours differ; without names."""
        rank = np.argsort(np.argsort(start, kind="stable"), kind="stable")
        return cls((), rank % len(PALETTE), PALETTE)

    @classmethod
    def _largest(cls, labels: list[str]) -> "Groups":
        """Return one group for each of the most frequent labels and one for the rest."""
        ranked = [name for name, _ in Counter(labels).most_common()]
        own = ranked if len(ranked) <= len(PALETTE) + 1 else ranked[: len(PALETTE)]
        index = {name: i for i, name in enumerate(own)}
        rest = () if len(own) == len(ranked) else (f"{len(ranked) - len(own)} others",)
        return cls((*own, *rest), np.array([index.get(label, len(own)) for label in labels], dtype=np.int64))


def text_color(background: str) -> str:
    """Return black or white, whichever contrasts more with a colour like ``#0072B2`` (WCAG 2.2, relative luminance)."""
    shares = (int(background[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return "white" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < _FAIR else "black"
