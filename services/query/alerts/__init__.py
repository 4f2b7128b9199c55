"""Alerts as they were told: a copy of `shipment-alerts` that can be searched, made again at any time."""
