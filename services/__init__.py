"""Shiplog's services; `runtime` and `domain` carry them, `cli` starts them."""
