"""Makes a read model anew from the log beside the live one, compares the two, and switches."""
