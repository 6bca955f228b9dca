"""Lower bounds; each module says for which schedules its bound holds."""
