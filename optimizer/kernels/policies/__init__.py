"""Simulation of queueing policies: queueing.py and preemption.py are the ways in."""
