"""Schedules and results for people: Gantt charts in the terminal and as pictures, tables, text."""
