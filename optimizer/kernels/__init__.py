"""Loops over Problem arrays: timelines of free capacity and schedule generation; what is built on them is in folders.

They are written once, in the subset of Python that numba compiles, and check nothing.
"""
