from io import StringIO

import numpy as np
import pytest
from chart_cases import ran, scheduled
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from optimizer.instance import Instance, Job, Node, Unavailable
from optimizer.names import Status, TimeUnit
from optimizer.problem import Problem
from optimizer.render.characters import UNICODE, fitted
from optimizer.render.terminal import terminal_gantts
from optimizer.schedule import Schedule, Segments

HOSTILE = (
    "[bold]x[/bold]", "a\x1b[31mred\nnew", "日本語のジョブ名前です長い",
    "😀👨‍👩‍👧 family", "שלום", "x" * 200, "e\u0301",
    "\u202e",
)  # fmt: skip


class AsciiFile(StringIO):
    encoding = "ascii"


def drawn(problem: Problem, schedule: Schedule, width: int, *, ascii_only: bool = False, color: bool = False) -> str:
    file = AsciiFile() if ascii_only else StringIO()
    system = "truecolor" if color else None
    gantt = terminal_gantts({"run": ran(problem, schedule, status=Status.LATE)})
    Console(file=file, width=width, color_system=system, force_terminal=color).print(gantt)
    return file.getvalue()


def small() -> tuple[Problem, Schedule]:
    jobs = (
        Job("prep", duration=4, demand={"cpu": 2}),
        Job("train", arrival=2, duration=10, due=17, deadline=19, demand={"cpu": 3}),
        Job("late", duration=5, deadline=18, demand={"cpu": 1}),
    )
    return scheduled(Instance(jobs, name="tiny", time_unit=TimeUnit.MINUTE, resources={"cpu": 4}), [0, 5, 15])


def many(jobs: int, nodes: int = 1, length: int = 3) -> tuple[Problem, Schedule]:
    rows = tuple(Job(f"job-{i}", duration=length, demand={"gpu": 1}, user=f"u{i % 3}") for i in range(jobs))
    cluster = (Node("node", {"gpu": 8}, count=nodes),) if nodes > 1 else (Node("solo", {"gpu": 8}),)
    blocked = (Unavailable(8, 16, node="node-1"),) if nodes > 1 else ()
    instance = Instance(rows, name="many", nodes=cluster, unavailable=blocked)
    return scheduled(instance, [i // (4 * nodes) for i in range(jobs)], [i % nodes for i in range(jobs)])


def lines_of(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def test_golden_small() -> None:
    assert lines_of(drawn(*small(), 46)) == lines_of(GOLDEN)


GOLDEN = """\
tiny: 3 jobs, mean flow time 12.33 min
time in minutes
           0       5        10       15
           ┬───────┬────────┬────────┬───────┬
prep       ███████
train         ·····▕█████████████████▎  ┊   ┃
late       ··························▐████▓▓▓▓
cpu 53.8 % ▄▄▄▄▄▄▄ ▂▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▃▂▂▂▂▂▂▂▂
· waiting   ┃ deadline   ┊ due date   ▓ late
"""


def test_golden_ascii() -> None:
    assert lines_of(drawn(*small(), 46, ascii_only=True)) == lines_of(GOLDEN_ASCII)


GOLDEN_ASCII = """\
tiny: 3 jobs, mean flow time 12.33 min
time in minutes
           0       5        10       15
           +-------+--------+--------+-------+
prep       #######
train         ......#################   :   |
late       ..........................#####====
cpu 53.8 % +++++++ .%%%%%%%%%%%%%%%%%-........
. waiting   | deadline   : due date   = late
"""


@pytest.mark.parametrize("width", [8, 20, 41, 60, 100, 160])
@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("case", [small(), many(30, 3), many(60, 3), many(200, 3), many(900), many(300, 30)])
def test_no_line_is_longer_than_the_console(case: tuple[Problem, Schedule], width: int, ascii_only: bool) -> None:
    text = drawn(*case, width, ascii_only=ascii_only)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert not ascii_only or text.isascii()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(HOSTILE) | st.text(min_size=1), min_size=1, max_size=60, unique=True))
def test_hostile_ids_are_text_of_the_right_width(ids: list[str]) -> None:
    jobs = tuple(Job(name, duration=20, demand={HOSTILE[0]: 1}, user=name) for name in ids)
    case = scheduled(Instance(jobs, resources={HOSTILE[0]: len(ids)}, name=ids[0]), [3 * i for i in range(len(ids))])
    for ascii_only in (False, True):
        text = drawn(*case, 80, ascii_only=ascii_only)
        assert max(cell_len(line) for line in text.split("\n")) <= 80
        assert text.replace("\n", "").isprintable()
        assert HOSTILE[0] in text


def test_few_jobs_have_a_line_each_in_order_of_start_under_their_node() -> None:
    lines = drawn(*many(12, 4), 80).splitlines()
    heads = [line.split()[0] for line in lines]
    assert heads[3:7] == ["node-0:", "job-0", "job-4", "job-8"]
    assert "node-3:" in heads


def test_idle_nodes_are_counted() -> None:
    problem, schedule = many(3, 4)
    assert "1 more node without a job" in drawn(problem, schedule, 80)


def test_many_jobs_share_lanes_with_their_ids() -> None:
    text = drawn(*many(60, length=8), 200)
    lanes = [line for line in text.splitlines() if "job-" in line]
    assert lanes[0].startswith("solo")
    assert len(lanes) == 32, "four start at each time and run for eight"
    assert all(f"job-{i}" in text for i in range(60))


def test_touching_bars_of_a_lane_differ() -> None:
    lane = next(line for line in drawn(*many(60, length=1), 30).splitlines() if line.startswith("solo"))
    assert lane.split()[1].count("█▒") >= 5


def test_more_lanes_than_lines_become_strips() -> None:
    text = drawn(*many(300, 30), 80)
    assert "node-29" in text
    assert "waiting" in text
    assert "running" in text
    assert "job-" not in text


def test_closed_times_and_overload_are_seen() -> None:
    jobs = (Job("a", duration=4, demand={"cpu": 1}), Job("b", duration=4, demand={"cpu": 1}), Job("c", duration=12))
    instance = Instance(jobs, resources={"cpu": 1}, unavailable=(Unavailable(6, 9),))
    problem, schedule = scheduled(instance, [0, 0, 0])
    strip = next(line for line in drawn(problem, schedule, 35, color=True).splitlines() if line.startswith("cpu"))
    assert "╳" * 6 in strip
    assert "\x1b[38;2;192;0;0m" + "▲" * 8 in strip, "overload is red"
    plain = drawn(problem, schedule, 35, ascii_only=True).splitlines()
    assert "!" * 8 + " " in next(line for line in plain if line.startswith("cpu"))
    assert plain[-1] == "! above capacity   x no capacity"


def test_the_legend_takes_as_many_lines_as_it_needs() -> None:
    problem, schedule = small()
    for width in (20, 30, 46):
        lines = lines_of(drawn(problem, schedule, width))
        legend = " ".join(lines[next(i for i, line in enumerate(lines) if line.startswith("·")) :])
        assert legend.split() == ["·", "waiting", "┃", "deadline", "┊", "due", "date", "▓", "late"]
    late = tuple(Job(f"j{i}", duration=3, deadline=3, demand={"cpu": 1}, user=f"u{i % 2}") for i in range(50))
    case = scheduled(Instance(late, resources={"cpu": 50}), [1] * 50)
    assert drawn(*case, 40, color=True).splitlines()[-1].endswith("\x1b[38;2;192;0;0m█\x1b[0m late")
    assert "late" not in drawn(*case, 40), "without colours they look like others"


def test_a_deadline_at_the_right_edge_is_drawn() -> None:
    jobs = (Job("a", duration=2, deadline=4), Job("b", duration=4, due=4))
    lines = drawn(*scheduled(Instance(jobs, resources={"cpu": 1}), [0, 0]), 20).splitlines()
    assert [line[-1] for line in lines if line.startswith(("a ", "b "))] == ["┃", "┊"]


def test_colors_only_on_a_terminal_that_has_them() -> None:
    case = many(30)
    assert "\x1b[" not in drawn(*case, 80)
    colored = drawn(*case, 80, color=True)
    assert "\x1b[38;2;0;114;178m" in colored
    assert "u0" in colored.splitlines()[-1], "a legend where colours mean something"
    assert "u0" not in drawn(*case, 80)


def test_preempted_jobs_show_their_pieces() -> None:
    jobs = (Job("a", duration=4, demand={"cpu": 1}), Job("b", duration=2, demand={"cpu": 1}))
    problem = Problem.of(Instance(jobs, resources={"cpu": 1}))
    pieces = Segments(np.array([0, 2, 3]), np.array([0, 4, 2]), np.array([2, 6, 4]), np.zeros(3, dtype=np.int64))
    schedule = Schedule(np.array([0, 2]), np.array([6, 4]), np.arange(2), np.zeros(2, dtype=np.int64), pieces)
    lines = drawn(problem, schedule, 34).splitlines()
    assert "a         ████████········████████" in lines
    assert "b         ········████████        " in lines


def test_parts_of_cells() -> None:
    assert UNICODE.part(0, 1) == "█"
    assert UNICODE.part(0, 0.5) == "▌"
    assert UNICODE.part(0, 0.01) == UNICODE.part(0.1, 0.2) == "▏"
    assert UNICODE.part(0.5, 1) == "▐"
    assert UNICODE.part(0.9, 1) == UNICODE.part(0.8, 0.9) == "▕"


def test_text_is_cut_between_wide_characters() -> None:
    assert fitted("日本語", 5) == "日本…"
    assert fitted("日本語", 4) == "日…"
    assert fitted("日本語", 6) == "日本語"
    assert fitted("abc", 1) == "…"
    assert fitted("abc", 0) == ""


def test_several_stand_below_each_other_on_one_axis_with_their_gaps() -> None:
    instance = small()[0].instance
    (problem, one), (_, two) = scheduled(instance, [0, 4, 4]), scheduled(instance, [0, 5, 5])
    file = StringIO()
    results = {"first": ran(problem, one, lower_bound=2.0), "second": ran(problem, two)}
    Console(file=file, width=80).print(terminal_gantts(results))
    lines = lines_of(file.getvalue())
    assert [line.split(":")[0] for line in lines if "gap" in line] == ["first", "second"]
    assert [i for i, line in enumerate(lines) if not line] == [
        next(i for i, line in enumerate(lines) if "second" in line) - 1
    ]
    first, second = (line for line in lines if "┬" in line)
    assert first == second
