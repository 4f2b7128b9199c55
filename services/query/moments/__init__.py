"""Time travel: a shipment as it stood, as it was known, and why it is as it is."""
