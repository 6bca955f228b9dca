"""The tables of a report."""

from collections.abc import Iterator, Sequence

from optimizer.bench.report.distances import Distance, distances
from optimizer.bench.report.ranking import LEVEL, Ranking, pairs, ranking
from optimizer.bench.report.section import Section
from optimizer.bench.report.summary import COUNTED, FAILED, mean, summary
from optimizer.bench.report.tables import Column, Kind, Table, Value
from optimizer.names import Status
from optimizer.render.text import counted

_SOLVER = Column("solver", Kind.TEXT)
_RARE = (str(Status.INFEASIBLE), str(Status.UNKNOWN), "missing")


def tables(section: Section) -> Iterator[Table]:
    """Yield the tables of a section: figures, policies, ranks and pairs, as far as there is something in them."""
    yield summary_table(section)
    if policies := distances(section):
        yield _distance_table(section, policies)
    if (order := ranking(section)) is not None:
        yield _rank_table(section, order)
        yield _pair_table(section)


def printed_tables(parts: Sequence[Section]) -> Iterator[Table]:
    """Yield what is printed: all tables of the whole, which is the first part, and the figures of each group."""
    whole, *groups = parts
    yield from tables(whole)
    if groups:
        yield group_table(parts)
    yield from map(summary_table, groups)


def summary_table(section: Section) -> Table:
    """Return the figures of each entrant."""
    columns = (
        _SOLVER,
        Column("mean gap to best (%)", Kind.PERCENT, -1),
        Column("mean gap to bound (%)", Kind.PERCENT, -1),
        Column("primal integral (%)", Kind.PERCENT, -1),
        Column("runs"),
        *(Column(str(outcome)) for outcome in COUNTED),
        Column(FAILED),
        Column("missing"),
        Column("mean time (s)", Kind.SECONDS),
        Column("median time (s)", Kind.SECONDS),
    )
    summed = summary(section)
    rows: list[list[Value]] = [
        [
            section.sweep.entrants[each.entrant],
            *(each.best_gap, each.bound_gap, each.integral, each.runs),
            *(each.outcomes.get(outcome, 0) for outcome in (*COUNTED, FAILED)),
            *(each.missing, each.mean_time, each.median_time),
        ]
        for each in summed
    ]
    missing = ", missing counts instances without a run" if any(each.missing for each in summed) else ""
    note = (
        "Gaps and the primal integral are means over instances of means over seeds, with none to the best schedule for "
        f"preemptive solvers; outcomes count runs{missing}."
    )
    return Table(f"{section.title}: figures", columns, rows, note).without_zeros(*_RARE)


def group_table(sections: Sequence[Section]) -> Table:
    """Return the mean gap of each entrant to the best schedule in each group; ``sections`` begin with the whole."""
    whole, *groups = sections
    order = [each.entrant for each in summary(whole)]
    gaps = []
    for section in sections:
        own = dict(
            zip(section.entrants.tolist(), section.gaps_to_best(whole.judged.best_gap, section.entrants).T, strict=True)
        )
        gaps.append([mean(own[entrant]) if entrant in own else None for entrant in order])
    columns = (_SOLVER, *(Column(f"{s.title} (%)", Kind.PERCENT, -1) for s in (*groups, whole)))
    rows = [
        [whole.sweep.entrants[entrant], *(own[i] for own in (*gaps[1:], gaps[0]))] for i, entrant in enumerate(order)
    ]
    return Table("Mean gap to the best schedule by group", columns, rows)


def _distance_table(section: Section, policies: Sequence[Distance]) -> Table:
    spreads = ("mean", "median", "largest")
    columns = (
        Column("policy", Kind.TEXT),
        *(Column(f"{spread} gap to {to} (%)", Kind.PERCENT) for to in ("best", "bound") for spread in spreads),
        Column("runs"),
        Column("late"),
        Column("preemptive"),
    )
    rows: list[list[Value]] = [
        [
            "the best schedules" if each.entrant is None else section.sweep.entrants[each.entrant],
            *(each.best or (None,) * 3),
            *(each.bound or (None,) * 3),
            *(each.runs, each.late, each.preemptive),
        ]
        for each in policies
    ]
    note = (
        "Only runs with a schedule. Late and preemptive schedules are set against their own bound alone: "
        "those of other runs, and the best schedules, do not compare."
    )
    return Table(f"{section.title}: policies against the best schedule and the bound", columns, rows, note)


def _rank_table(section: Section, order: Ranking) -> Table:
    columns = (
        Column("solver", Kind.TEXT),
        Column("average rank", Kind.NUMBER, -1),
        Column("best on"),
        Column("worst on"),
    )
    gaps = section.contest[:, [section.compared.tolist().index(entrant) for entrant in order.entrants]]
    first = (gaps == gaps.min(axis=1, keepdims=True)).sum(axis=0)
    last = (gaps == gaps.max(axis=1, keepdims=True)).sum(axis=0)
    rows: list[list[Value]] = [
        [section.sweep.entrants[entrant], rank, int(best), int(worst)]
        for entrant, rank, best, worst in zip(order.entrants, order.ranks, first, last, strict=True)
    ]
    friedman = "" if order.friedman is None else f" Friedman's test: p {_probability(order.friedman)}."
    note = (
        f"{counted(order.cases, 'instance')}; best and worst count ties.{friedman} Nemenyi's "
        f"critical difference at {100 * LEVEL:g} %: {order.critical_difference:.2f}; closer ranks are not told apart."
    )
    return Table(f"{section.title}: average ranks", columns, rows, note)


def _pair_table(section: Section) -> Table:
    columns = (
        Column("solver", Kind.TEXT),
        Column("against", Kind.TEXT),
        *(Column(name) for name in ("better", "equal", "worse")),
        Column("mean difference (%)", Kind.PERCENT),
        Column("p", Kind.PROBABILITY),
        Column("p, Holm", Kind.PROBABILITY),
        Column("smaller gaps", Kind.TEXT),
    )
    names = section.sweep.entrants
    rows = [
        [
            *(names[pair.first], names[pair.second], pair.wins, pair.ties, pair.losses),
            *(pair.difference, pair.p_value, pair.adjusted, None if pair.ahead is None else names[pair.ahead]),
        ]
        for pair in pairs(section)
    ]
    note = (
        "Wilcoxon signed-rank tests of the gaps to the best schedule, two-sided, corrected by Holm for all pairs of "
        f"this table; the last column names one where that p is below {LEVEL:g}."
    )
    return Table(f"{section.title}: pairs", columns, rows, note)


def _probability(p_value: float) -> str:
    text = Column("", Kind.PROBABILITY).text(p_value)
    return text if text.startswith("<") else f"= {text}"
