"""Adds solvers that go wrong to every process of a test, those that are started apart among them."""

from bench_faults import register

register()
