"""Gantt charts as one HTML file that people zoom and search: Python lays out, Bokeh draws, script/ joins the two."""
