"""``schedopt validate``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.options import PATH, debug_option, instance_options, json_option, naming, read_instance
from optimizer.cli.status import Exit

if TYPE_CHECKING:
    from optimizer.formats.schedule_file import ScheduleDocument
    from optimizer.instance import Instance


@click.command()
@instance_options
@click.argument("schedule", type=PATH, required=False)
@json_option
@debug_option
def validate(schedule: Path | None, as_json: bool, **file: Any) -> Exit:
    """Check the instance FILE, and SCHEDULE against it.

    A schedule is judged by itself: its jobs, times, deadlines, capacities, and the figures that stand in its file.
    """
    from optimizer.problem import Problem

    instance = read_instance(**file)
    if schedule is None:
        counts = {"jobs": len(instance.jobs), "nodes": len(instance.node_ids), "resources": len(instance.resource_ids)}
        with naming(file["file"]):
            Problem.of(instance)
        click.echo(json.dumps({"valid": True, **counts}) if as_json else _holds(instance))
        return Exit.OK
    from optimizer.formats.schedule_file import check_schedule, read_document
    from optimizer.render.text import complaints_text

    found = check_schedule(schedule, instance)
    if as_json:
        click.echo(json.dumps({"valid": not found, "violations": found}, indent=1))
    else:
        click.echo(complaints_text(found) if found else f"{schedule}: {_claim(read_document(schedule))}")
    return Exit.REFUTED if found else Exit.OK


def _claim(document: "ScheduleDocument") -> str:
    """Return what a schedule file that holds says."""
    if document.value is None:
        return f"holds, {document.status}, no schedule"
    misses = document.metrics.get("deadline_misses", 0)
    late = f", {misses} deadline{'s' if misses > 1 else ''} missed" if misses else ""
    return f"holds, {document.status}{late}, {document.objective} {document.value:g}"


def _holds(instance: "Instance") -> str:
    from optimizer.render.text import counted

    nodes = [] if instance.nodes is None else [counted(len(instance.node_ids), "node")]
    parts = [counted(len(instance.jobs), "job"), *nodes, counted(len(instance.resource_ids), "resource")]
    return f"{instance.name}: holds, {', '.join(parts)}"
