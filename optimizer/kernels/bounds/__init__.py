"""Loops of lower bounds: fluids, prices of capacity, and inequalities for the jobs that run together."""
