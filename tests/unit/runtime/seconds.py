"""Time that passes when a test says so."""


class Seconds:
    """A monotonic clock moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now
