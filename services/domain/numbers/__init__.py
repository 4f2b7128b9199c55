"""Tracking numbers: which carriers could have issued one, and whether it can be one of its carrier's."""
