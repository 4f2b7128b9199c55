"""Guessing is stopped: an address that tried too many tokens that are none waits before it may try again."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from fastapi import Request

from services.runtime.clock import monotonic
from services.runtime.http_problems import Problem

_MOST_ADDRESSES: Final = 100_000
_NETWORK_BITS: Final = 64


@dataclass(slots=True)
class Lockout:
    """`tries` wrong tokens within `window` lock an address out for as long; in this process's memory.

    Of an IPv6 address its network counts: one household has as many addresses as it likes.
    """

    tries: int = 10
    window: timedelta = timedelta(minutes=10)
    now: Callable[[], float] = monotonic
    _failed: OrderedDict[str, list[float]] = field(default_factory=OrderedDict)

    def check(self, request: Request) -> None:
        """Raise Problem (429) while the address is locked out."""
        recent = self._recent(address_of(request))
        if len(recent) >= self.tries:
            wait = timedelta(seconds=recent[-1] + self.window.total_seconds() - self.now())
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "too many links that are none", retry_after=wait)

    def failed(self, request: Request) -> None:
        """Count a token that was none."""
        address = address_of(request)
        self._failed[address] = [*self._recent(address), self.now()][-self.tries :]
        self._failed.move_to_end(address)
        while len(self._failed) > _MOST_ADDRESSES:
            self._failed.popitem(last=False)

    def _recent(self, address: str) -> list[float]:
        since = self.now() - self.window.total_seconds()
        return [at for at in self._failed.get(address, []) if at > since]


def address_of(request: Request) -> str:
    """Where the request comes from."""
    host = request.client.host if request.client is not None else ""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, _NETWORK_BITS), strict=False))
