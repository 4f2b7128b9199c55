"""Commands on their way to ingest: the read side writes nothing itself, it asks over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
import orjson

from services.runtime.config import Settings
from services.runtime.http_auth import MERCHANT_HEADER
from services.runtime.log import get_logger

Json = dict[str, Any]

_WAIT: Final = timedelta(seconds=5)
_LOG: Final = get_logger(__name__)


class IngestAway(Exception):
    """Nobody can say now whether the command was taken; given again with its key it is the same one."""


class Refused(Exception):
    """Ingest does not take the command; `pointer` names the member of the body that is wrong, or is empty."""

    def __init__(self, detail: str, pointer: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer


@dataclass(slots=True)
class Teller:
    """Forwards commands, over `transport` where one is given. Opened on the server's loop."""

    settings: Settings
    transport: httpx.AsyncBaseTransport | None = None
    _client: httpx.AsyncClient | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """The connections, from now until the block ends; ingest need not be there yet."""
        # what is set for the way to the internet must not lead to our own service
        wait = _WAIT.total_seconds()
        async with httpx.AsyncClient(timeout=wait, trust_env=False, transport=self.transport) as self._client:
            yield
        self._client = None

    async def tell(
        self, shipment: str, command: str, body: Json, *, idempotency_key: str, merchant: str | None
    ) -> str:
        """The id of the event that the command became; raises IngestAway, Refused.

        `merchant`: for whom it is given; None for the house itself.
        """
        headers = {"Idempotency-Key": idempotency_key}
        if self.settings.api_key is not None:
            headers["X-API-Key"] = self.settings.api_key
        if merchant is not None:
            headers[MERCHANT_HEADER] = quote(merchant, safe="")
        answer = await self._post(f"/v1/shipments/{quote(shipment, safe=':')}/{command}", body, headers)
        if answer.status_code == HTTPStatus.ACCEPTED:
            event_id: str = answer.json()["event_id"]
            return event_id
        _LOG.warning("command_not_taken", command=command, status=answer.status_code)
        if answer.status_code in (HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_FOUND):
            raise _refusal(answer)
        raise IngestAway(f"ingest answers {answer.status_code}")

    async def _post(self, path: str, body: Json, headers: dict[str, str]) -> httpx.Response:
        assert self._client is not None, "opened() comes first"
        base = self.settings.ingest_url or _announced(self.settings.home)
        if base is None:
            raise IngestAway("no ingest says where it is")
        try:
            return await self._client.post(f"{base}{path}", json=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            _LOG.warning("ingest_away", error=type(error).__name__)
            raise IngestAway("ingest does not answer") from error


def _announced(home: Path) -> str | None:
    """Where the ingest of this home says that it serves; after a restart it may be another place."""
    try:
        url = orjson.loads((home / "run" / "ingest.json").read_bytes())["http"]
    except (FileNotFoundError, NotADirectoryError):
        return None
    return str(url)


def _refusal(answer: httpx.Response) -> Refused:
    members: Json = answer.json()
    errors = members.get("errors") or [{}]
    return Refused(str(members.get("detail", "")), str(errors[0].get("pointer", "")))
