"""Track a package: the number entry with its help, one shipment as a page, and the same by a granted link."""
