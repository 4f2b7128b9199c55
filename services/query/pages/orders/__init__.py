"""My orders: what was bought, where it is, what can be asked of it and what became of that."""
