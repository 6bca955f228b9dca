"""Loops over Problem arrays: timelines of free capacity, schedule generation, and simulation of queues in policies/.

They are written once, in the subset of Python that numba compiles, and check nothing.
"""
