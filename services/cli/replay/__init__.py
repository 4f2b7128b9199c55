"""`shiplog replay`: append a file of history to a stack whose clock is virtual, and tell what came of it."""

from services.cli.replay.command import register

__all__ = ["register"]
