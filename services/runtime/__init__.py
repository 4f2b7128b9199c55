"""Plumbing that knows no shipment."""
