"""A seeded driver of kills and faults over real processes, judged by the oracle (`make chaos`)."""
