"""Queueing policies of real clusters, simulated; docs/policies.md has what they share."""
