"""The operations board: what needs action now, by condition, carrier and age; every number is a list."""
