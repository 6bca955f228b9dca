"""Offline scheduling of cluster and AI jobs, with proof."""
