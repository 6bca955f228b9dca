"""Compiled searches for schedules, one module or more a method."""
