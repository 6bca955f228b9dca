"""The figures of a report are those that plain SQL computes from the store."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from report_cases import random_rows

from optimizer.bench.report.report import Report
from optimizer.bench.report.summary import summary
from optimizer.bench.store import Store

_FIGURES = """
WITH compared AS (
    SELECT * FROM runs WHERE outcome IN ('optimal', 'feasible')
), best AS (
    SELECT instance, min(value) AS best FROM (
        SELECT instance, value FROM compared UNION ALL SELECT instance, best_known FROM runs
    ) GROUP BY instance
), bound AS (
    SELECT instance, max(lower_bound) AS bound FROM runs GROUP BY instance
), moments AS (
    SELECT key, json_extract(value, '$[0]') AS moment, json_extract(value, '$[1]') AS reached
    FROM (SELECT compared.key, each.value FROM compared, json_each(compared.trace) AS each)
), steps AS (
    SELECT key, reached, min(moment, 10.0) AS since,
        min(lead(moment, 1, 10.0) OVER (PARTITION BY key ORDER BY moment), 10.0) AS until
    FROM moments
), integrals AS (
    SELECT steps.key, (min(since) + sum((until - since) * (1 - best / reached))) / 10.0 AS integral
    FROM steps JOIN runs ON runs.key = steps.key JOIN best USING (instance) GROUP BY steps.key
), judged AS (
    SELECT "group", instance, solver,
        iif(outcome IN ('optimal', 'feasible'), 1 - best / value, 1.0) AS best_gap,
        CASE WHEN value IS NULL THEN 1.0
            WHEN outcome = 'late' THEN 1 - lower_bound / value ELSE 1 - bound / value END AS bound_gap,
        coalesce(integral, 1.0) AS integral
    FROM runs JOIN best USING (instance) JOIN bound USING (instance) LEFT JOIN integrals USING (key)
), pairs AS (
    SELECT "group", instance, solver, avg(best_gap) AS best_gap, avg(bound_gap) AS bound_gap, avg(integral) AS integral
    FROM judged GROUP BY "group", instance, solver
), cells AS (
    SELECT * FROM (SELECT DISTINCT "group", instance FROM runs), (SELECT DISTINCT solver FROM runs)
)
SELECT solver, avg(iif(pairs.instance IS NULL, 1.0, best_gap)), avg(iif(pairs.instance IS NULL, 1.0, bound_gap)),
    avg(coalesce(integral, 1.0)), sum(pairs.instance IS NULL)
FROM cells LEFT JOIN pairs USING ("group", instance, solver) WHERE ? IN ('All groups', "group") GROUP BY solver
"""
_COUNTS = """
SELECT solver, count(*), sum(outcome = 'optimal'), sum(outcome = 'feasible'), sum(outcome = 'late'),
    sum(outcome IN ('failed', 'timeout', 'killed')), avg(coalesce(solve_time, time_limit))
FROM runs WHERE ? IN ('All groups', "group") GROUP BY solver
"""


@pytest.mark.parametrize("seed", range(5))
def test_the_figures_are_those_of_plain_sql(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "results.sqlite"
    with Store.open(path, create=True) as store:
        for row in random_rows(seed):
            store.add(row)
        report = Report.of(store.rows())
    with closing(sqlite3.connect(path)) as database:
        for section in report.sections:
            figures = {solver: rest for solver, *rest in database.execute(_FIGURES, (section.title,))}
            counts = {solver: rest for solver, *rest in database.execute(_COUNTS, (section.title,))}
            found = summary(section)
            assert len(found) == len(counts) == len(figures) == 3
            for each in found:
                solver = report.sections[0].sweep.entrants[each.entrant]
                own = [each.best_gap, each.bound_gap, each.integral, each.missing]
                assert own == pytest.approx(figures[solver], abs=1e-12)
                outcomes = [each.outcomes.get(name, 0) for name in ("optimal", "feasible", "late", "failed")]
                assert [each.runs, *outcomes, each.mean_time] == pytest.approx(counts[solver])
