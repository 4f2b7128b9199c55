"""Figures over all shipments: where they are, how punctual, what is wrong, what has gone silent."""
