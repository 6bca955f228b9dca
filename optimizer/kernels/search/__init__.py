"""Compiled loops of the heuristic searches."""
