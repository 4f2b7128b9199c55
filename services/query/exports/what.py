"""The names of the sets there are to take away."""

from enum import StrEnum


class What(StrEnum):
    """The sets."""

    SHIPMENTS = "shipments"
    TIMELINE = "timeline"
    ALERTS = "alerts"
    EVENTS = "events"
    ORDERS = "orders"
