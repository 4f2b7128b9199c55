"""Kills, outages, zombies and poison against real processes, judged by a fold of the log of their own."""
