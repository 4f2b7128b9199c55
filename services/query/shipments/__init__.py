"""Shipments and orders as they stand: one by its key, lists, alerts, figures."""
