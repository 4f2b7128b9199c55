"""What carriers share: trees of XML and JSON, times, places, and the events made of them. Pure."""
