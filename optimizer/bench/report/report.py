"""What all forms of a report are made from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from optimizer.bench.names import bare, natural
from optimizer.bench.report.facts import facts
from optimizer.bench.report.judgement import Judgement
from optimizer.bench.report.references import contradictions, references
from optimizer.bench.report.section import Section, sections
from optimizer.bench.report.sweep import Sweep
from optimizer.bench.row import Row
from optimizer.errors import UsageError
from optimizer.render.text import printable


@dataclass(frozen=True, eq=False)
class Report:
    """A sweep, judged.

    Parameters
    ----------
    title : str
        Headline.
    facts : mapping of str to str
        What the runs have in common.
    warnings : tuple of str
        What contradicts itself, in sentences.
    sections : tuple of Section
        The whole, and the groups when there are several.
    """

    title: str
    facts: Mapping[str, str]
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]

    @classmethod
    def of(
        cls,
        rows: Sequence[Row],
        title: str = "Benchmark sweep",
        command: str | None = None,
        *,
        groups: Collection[str] = (),
        solvers: Collection[str] = (),
    ) -> "Report":
        """Return the report on some rows.

        Parameters
        ----------
        rows : sequence of Row
            No run twice.
        title : str
            Headline.
        command : str or None
            What made the report, for its reader.
        groups : collection of str
            Names of the groups that it shows; none: all.
        solvers : collection of str
            The solvers that it shows, as they were asked for, or their bare names for all their options; none: all.
            The best schedules and bounds are still those of all rows.

        Raises
        ------
        UsageError
            When there are no rows, or no such group or solver.
        """
        in_groups = _of_groups(rows, groups)
        shown = _of_solvers(in_groups, solvers)
        known = references(in_groups)
        sweep = Sweep.of(shown)
        about = facts(sweep) | ({} if command is None else {"report": command})
        judged = Judgement.of(sweep, known)
        return cls(title, about, tuple(contradictions(known)), tuple(sections(sweep, judged)))


def _of_groups(rows: Sequence[Row], groups: Collection[str]) -> Sequence[Row]:
    _require(groups, {row.run.group for row in rows}, "group")
    return [row for row in rows if row.run.group in groups] if groups else rows


def _of_solvers(rows: Sequence[Row], solvers: Collection[str]) -> Sequence[Row]:
    asked = {row.run.solver for row in rows}
    _require(solvers, asked | {bare(solver) for solver in asked}, "solver")
    return [row for row in rows if {row.run.solver, bare(row.run.solver)} & {*solvers}] if solvers else rows


def _require(asked: Collection[str], there: set[str], what: str) -> None:
    for name in asked:
        if name not in there:
            names = ", ".join(printable(each) for each in sorted(there, key=natural))
            raise UsageError(f"{what} {name!r}: expected one of the store's: {names}")
