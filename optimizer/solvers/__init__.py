"""Everything that yields a schedule, behind one interface."""
