"""Who reads a payload: the carrier of that name, or the reader of standards' documents."""

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from services.ingest.carrier import Reader

_CARRIER_CODE: Final = re.compile(r"[a-z0-9_]{1,32}")


class Format(StrEnum):
    """What a payload is written in."""

    JSON = "json"
    XML = "xml"
    X12_214 = "x12-214"
    IFTSTA = "iftsta"
    EPCIS = "epcis"
    DCSA = "dcsa"


FormatOption = Annotated[
    Format | None, typer.Option("--format", help="What the payload is written in; seen by itself without it.")
]


def reader_of(carrier: str, format: Format | None) -> "Reader | None":  # noqa: A002 - the option's name
    """The reader of a carrier's payloads; None for a carrier that nobody knows.

    Documents of standards may be any carrier's; `edi` is the one for those that are nobody's.
    """
    from services.ingest.edi.documents import FORMATS, OWN_CARRIER, Documents
    from services.ingest.registry import carriers

    written = None if format is None else format.value
    if written in FORMATS or carrier == OWN_CARRIER:
        known = _CARRIER_CODE.fullmatch(carrier) is not None
        return Documents(carrier, written if written in FORMATS else None) if known else None
    # a carrier that writes JSON and XML sees which by itself
    return carriers().get(carrier)
