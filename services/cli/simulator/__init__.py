"""A seeded, pure generator of parcels' histories as canonical lines: the same seed, the same bytes."""
