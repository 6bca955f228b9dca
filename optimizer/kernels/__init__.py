"""Loops over Problem arrays: the timeline of free capacity and schedule generation.

They are written once, in the subset of Python that numba compiles, and check nothing.
"""
