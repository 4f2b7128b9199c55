"""`shiplog up`: everything on this machine, supervised until it is told to stop."""

from services.cli.up.command import register

__all__ = ["register"]
