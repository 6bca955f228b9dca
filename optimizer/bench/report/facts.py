"""What the runs of a sweep have in common."""

from collections import Counter
from collections.abc import Iterable

from optimizer.bench.names import natural
from optimizer.bench.report.sweep import Sweep
from optimizer.render.text import counted, number_text, words

_NONE = "none"


def facts(sweep: Sweep) -> dict[str, str]:
    """Return what the runs of a sweep have in common, as text: where, when and with which limits they ran."""
    runs = [row.run for row in sweep.rows]
    finished = sorted(row.finished for row in sweep.rows)
    machines = sorted(Counter(row.machine for row in sweep.rows).items(), key=lambda each: (-each[1], each[0]))
    limits = {
        "time limit": _listed(_limit(run.time_limit, "s") for run in runs),
        "schedules": _listed(_limit(run.schedules, "generated at most") for run in runs),
        "memory": _listed(_limit(None if run.memory is None else run.memory / 2**20, "MiB") for run in runs),
    }
    return {
        "runs": f"{len(runs):,} of {counted(len(sweep.entrants), 'solver')} on "
        f"{counted(len(sweep.cases), 'instance')}, {counted(len({run.seed for run in runs}), 'seed')}",
        "objective": _listed(words(run.objective) for run in runs),
        **{name: text for name, text in limits.items() if text != _NONE},
        "threads": _listed(str(run.threads) for run in runs),
        "seeds": ranges(run.seed for run in runs),
        "version": _listed(run.version for run in runs),
        "machine": "\n".join(f"{machine} ({counted(count, 'run')})" for machine, count in machines),
        "finished": f"{finished[0]} to {finished[-1]}",
    }


def ranges(numbers: Iterable[int]) -> str:
    """Return whole numbers as text, neighbours as a range: ``0–9, 20``."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][-1] + 1:
            found[-1] = [found[-1][0], number]
        else:
            found.append([number])
    return ", ".join("–".join(map(str, part)) for part in found)


def _limit(limit: float | None, unit: str) -> str:
    return _NONE if limit is None else f"{number_text(limit)} {unit}"


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(sorted(set(texts), key=natural))
