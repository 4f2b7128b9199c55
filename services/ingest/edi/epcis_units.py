"""Which shipments an EPCIS event is about: the logistic units in it, else what stands for them."""

from collections.abc import Iterator
from typing import Any, Final

from services.ingest.carrier import Json
from services.ingest.edi.epcis_document import texts
from services.ingest.edi.epcis_identity import bare_word
from services.ingest.edi.epcis_keys import Key, container_of, key_of

_SSCC: Final = "00"
_CONSIGNMENTS: Final = frozenset({"401", "402"})
"""GINC and GSIN: keys of a consignment and of a shipment."""
_SUBJECTS: Final = ("parentID", "epcList", "outputEPCList", "childEPCs", "inputEPCList")
"""Whom an event is about: what is inside of a parent moves with it, what went into a product is in it."""
_DOCUMENTS: Final = ("desadv", "bol")
_PIECES: Final = frozenset({"01", "253", "8003", "8004", "8006", "8010"})
"""Keys of things; those of people, places and coupons are no shipment's."""
_TRANSACTION: Final = "urn:epcglobal:cbv:bt:"
_UUID: Final = "urn:uuid:"


def numbers_of(event: Json) -> list[str]:
    """The tracking numbers, each once: SSCCs, else consignments and containers, else the despatch
    advice or bill of lading, else the objects by their own keys; none where nothing is shipped.
    """
    written = [text for name in _SUBJECTS for text in texts(event.get(name))]
    keys = [key for text in written if (key := key_of(text))]
    choices = (
        [key.value for key in keys if key.ai == _SSCC],
        [key.value for key in keys if key.ai in _CONSIGNMENTS]
        + [number for text in written if (number := container_of(text))],
        list(_papers(event)),
        list(_objects(event)),
    )
    found = next((choice for choice in choices if choice), [])
    return list(dict.fromkeys(found))


def strays(event: Json) -> list[str]:
    """The members of the event that should hold EPCs and hold something else too."""
    return [name for name in _SUBJECTS if not _only_texts(event.get(name))]


def _only_texts(value: Any) -> bool:
    listed = value if isinstance(value, list) else [value]
    return all(each is None or isinstance(each, str) for each in listed)


def _papers(event: Json) -> Iterator[str]:
    listed = event.get("bizTransactionList")
    transactions = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    for wanted in _DOCUMENTS:
        found = [t.get("bizTransaction") for t in transactions if bare_word(t.get("type")) == wanted]
        numbers = [number for text in texts(found) if (number := _paper(text))]
        if numbers:
            yield from numbers
            return


def _paper(text: str) -> str | None:
    """The number of a document: of its GS1 key, of the party that gave it and its own, or its UUID.

    An address in the web is no number that anybody asks for.
    """
    if key := key_of(text):
        return key.value
    for lead in (_TRANSACTION, _UUID):
        if text.startswith(lead):
            return text.removeprefix(lead)
    return None


def _objects(event: Json) -> Iterator[str]:
    for name in _SUBJECTS:
        numbers = [
            key.elements for text in texts(event.get(name)) if (key := key_of(text)) and _is_instance(key)
        ]
        if numbers:
            yield from numbers
            return


def _is_instance(key: Key) -> bool:
    """Whether the key names one thing, not a kind of things."""
    return key.ai in _PIECES and (key.ai != "01" or "21" in key.qualifiers or "235" in key.qualifiers)
