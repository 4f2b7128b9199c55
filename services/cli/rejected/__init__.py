"""`shiplog rejected`: the dead-letter topic, and what can be done about it."""

from services.cli.rejected.command import register

__all__ = ["register"]
