"""Bugs planted into a copy of the code, each of which a test that is named beforehand must find."""
