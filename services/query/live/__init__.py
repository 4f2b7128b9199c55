"""Live updates: shipments as they change, as server-sent events positioned in `shipment-status`."""
