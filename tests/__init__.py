"""Shiplog's tests."""
