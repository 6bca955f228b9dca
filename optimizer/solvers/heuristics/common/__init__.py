"""What several heuristics are made of: rules, islands, options, the two directions of time."""
