"""Mean flow time: local search on one thread for 10 s beside CP-SAT with 8 workers for 60 s, on generated instances.

python -m benchmarks.heuristics_flow_time [--jobs 50 --jobs 100 ...] [--seeds 3]
"""

from pathlib import Path
from statistics import fmean

import click

from benchmarks.report import markdown_table, publish, warm_up
from optimizer import Limits, solve
from optimizer.generate import FAMILIES, generate

HERE = Path(__file__).parent
SIZES = (50, 100, 200, 500, 2000)
SEARCH = ("local-search", Limits(time_limit=10, threads=1))
RIVAL = ("cp-sat", Limits(time_limit=60, threads=8))


def value(family: str, jobs: int, seed: int, run: tuple[str, Limits]) -> float:
    """Return the mean flow time that a solver reaches."""
    found = solve(generate(family, jobs, seed), run[0], limits=run[1]).value
    if found is None:
        raise click.ClickException(f"{run[0]} found no schedule of {family}, {jobs} jobs, seed {seed}")
    return found


@click.command()
@click.option("--jobs", "sizes", type=int, multiple=True, default=SIZES, show_default=True)
@click.option("--seeds", default=3, show_default=True)
def main(sizes: tuple[int, ...], seeds: int) -> None:
    """Run both on every instance and write the table."""
    warm_up(lambda: value("server", 10, 0, ("local-search", Limits(time_limit=60, threads=1, schedules=10_000))))
    rows = []
    for family in FAMILIES:
        for jobs in sizes:
            pairs = [tuple(value(family, jobs, seed, run) for run in (SEARCH, RIVAL)) for seed in range(seeds)]
            better = [100 * (rival - own) / rival for own, rival in pairs]
            own, rival = (fmean(column) for column in zip(*pairs, strict=True))
            rows.append((family, jobs, own, rival, fmean(better), min(better)))
            click.echo(rows[-1], err=True)
    headings = ("family", "jobs", "local-search", "cp-sat", "better by %, mean", "better by %, worst seed")
    command = f"python -m benchmarks.heuristics_flow_time {' '.join(f'--jobs {n}' for n in sizes)} --seeds {seeds}"
    note = (
        f"Mean flow time in slots, mean of seeds 0 to {seeds - 1}: `local-search` 10 s on one thread, `cp-sat` 60 s "
        "with 8 workers. Both start from greedy's schedule. Instances: `schedopt generate`."
    )
    publish(
        HERE / "heuristics_flow_time.md", "Mean flow time: local search", command, note, markdown_table(headings, rows)
    )


if __name__ == "__main__":
    main()
