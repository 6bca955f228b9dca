"""The time-indexed program."""
