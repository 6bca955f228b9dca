"""How entrants look: each the same in every plot."""

from optimizer.render.colors import PALETTE

_COLORS = (*PALETTE[:5], "#000000")
"""Okabe & Ito 2008 without yellow, which is too light for a line on white."""
_DASHES = ("1 0", "7 3", "2 2", "8 3 2 3")


def color(entrant: int) -> str:
    """Return the colour of an entrant, in hexadecimal notation."""
    return _COLORS[entrant % len(_COLORS)]


def dash(entrant: int) -> str:
    """Return lengths of dashes and gaps in pixels; entrants of one colour differ."""
    return _DASHES[entrant // len(_COLORS) % len(_DASHES)]
