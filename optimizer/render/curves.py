"""The picture of value and bound over the time of the run."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from optimizer.render.convergence import Convergence, is_logarithmic
from optimizer.render.labels import Ruler
from optimizer.render.text import number_text

_SIZE = (9.0, 4.0)
_LEGEND_WIDTH = 2.4


def draw_convergence(figure: Figure, curves: Sequence[Convergence], title: str) -> None:
    """Draw the value (drawn through) and the bound (dashed) of each run; ``title`` says what the values are."""
    figure.set_size_inches(_SIZE)
    axes = figure.subplots()
    names = []
    for curve in curves:
        for kind, steps, line in (("value", curve.value, "-"), ("bound", curve.bound, "--")):
            if len(steps.time):
                axes.step(steps.time, steps.value, line, where="post", color=curve.color, linewidth=1.6)
                axes.plot(steps.time[:-1], steps.value[:-1], "o", color=curve.color, markersize=3)
                names.append((axes.lines[-2], f"{curve.name}: {kind}"))
    if is_logarithmic(curves):
        axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value)))
    axes.set_xlabel("run time in s")
    axes.set_ylabel(title)
    axes.grid(visible=True, color="#E4E4E4", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    ruler = Ruler(figure)
    legend = figure.legend([line for line, _ in names], ["-"] * len(names), loc="outside right upper", frameon=False)
    for text, (_, name) in zip(legend.get_texts(), names, strict=True):
        text.set(text=ruler.cut(name, _LEGEND_WIDTH), parse_math=False)
