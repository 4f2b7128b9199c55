"""Ways to prove that a request is a carrier's: over the raw bytes, in constant time, by account. Pure."""
