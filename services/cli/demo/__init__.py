"""`shiplog demo`: the main job on a stack of its own, then a summary read back from the stores."""

from services.cli.demo.command import register

__all__ = ["register"]
