"""Sweeps over instances and solvers: what to run, where it runs, what is kept, and what the report says."""
