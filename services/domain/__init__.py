"""What happened to a shipment, worked out from its facts: values in, values out, no clock and no I/O."""
