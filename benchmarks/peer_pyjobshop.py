"""PyJobShop on an instance of one pool and one mode a job, under mean flow time: a peer for benchmarks.

python -m benchmarks.peer_pyjobshop FILE [--workers 8] [--time-limit 30] --json
"""

import json
from pathlib import Path

import click
from pyjobshop import Model

from optimizer import Problem, load


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--workers", default=8, show_default=True)
@click.option("--time-limit", default=30.0, show_default=True)
@click.option("--json", "_", is_flag=True, help="As the other solvers; nothing else is printed anyway.")
def main(file: Path, workers: int, time_limit: float, _: bool) -> None:
    """Solve and print value, lower bound and status as JSON."""
    problem = Problem.of(load(file))
    model = Model()
    resources = [model.add_renewable(int(capacity)) for capacity in problem.node_capacity[0]]
    for j in range(problem.jobs):
        until = int(min(problem.deadline[j], problem.horizon))
        release = int(problem.release[j])
        job = model.add_job(release_date=release, deadline=until)
        task = model.add_task(job, earliest_start=release, latest_end=until)
        demands = [int(demand) for demand in problem.mode_demand[j]]
        model.add_mode(task, resources, int(problem.mode_time[j, 0]), demands)
    model.set_objective(weight_total_flow_time=1)
    result = model.solve(time_limit=time_limit, display=False, num_workers=workers)
    found = result.status.name in ("OPTIMAL", "FEASIBLE")
    print(json.dumps({
        "value": result.objective / problem.jobs if found else None,
        "lower_bound": result.lower_bound / problem.jobs,
        "status": "unknown" if result.status.name == "TIME_LIMIT" else result.status.name.lower(),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
