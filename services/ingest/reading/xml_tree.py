"""XML read safely: no document type, no entities, nothing external, bounded in size, depth and elements.

Element and attribute names lose their namespace prefix: a carrier changes prefixes, not names.
"""

from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from services.ingest.carrier import InvalidPayload

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_DEPTH: Final = 32
MAX_ELEMENTS: Final = 200_000


class _Refused(Exception):
    """Raised out of the parser's callbacks: the document is one that we do not read."""


def read_xml(payload: bytes) -> Element:
    """The root element; raises InvalidPayload."""
    if len(payload) > MAX_BYTES:
        raise InvalidPayload(f"XML of more than {MAX_BYTES} bytes")
    reader = _Reader()
    try:
        # what stands before the declaration is no XML, but carriers send it
        reader.parser.Parse(payload.lstrip(b" \t\r\n"), True)
    except _Refused as error:
        raise InvalidPayload(str(error)) from error
    except expat.ExpatError as error:
        raise InvalidPayload(f"unreadable XML: {error}") from error
    except (LookupError, ValueError) as error:
        raise InvalidPayload("XML in an encoding that is not read") from error
    return reader.builder.close()


def text(element: Element | None, path: str = "") -> str | None:
    """The stripped text of the first element at `path`, of `element` itself without one; None when empty."""
    found = element if element is None or not path else element.find(path)
    return None if found is None else (found.text or "").strip() or None


def attribute(element: Element | None, name: str, path: str = "") -> str | None:
    """The stripped attribute `name` of the first element at `path`; None when absent or empty."""
    found = element if element is None or not path else element.find(path)
    return None if found is None else (found.get(name) or "").strip() or None


def every(element: Element | None, path: str) -> list[Element]:
    """The elements at the direct path `path`, in the document's order."""
    return [] if element is None else element.findall(path)


def descendants(element: Element | None, name: str) -> list[Element]:
    """The elements called `name` anywhere below, in the document's order."""
    return [] if element is None else [each for each in element.iter(name) if each is not element]


class _Reader:
    """An expat parser whose callbacks build a tree and refuse what could grow or reach outside."""

    def __init__(self) -> None:
        self.builder = TreeBuilder()
        self._depth = 0
        self._elements = 0
        self.parser = parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.ExternalEntityRefHandler = self._external
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.builder.data

    def _doctype(self, *_: object) -> None:
        raise _Refused("XML with a document type")

    def _entity(self, *_: object) -> None:
        raise _Refused("XML with entities of its own")

    def _external(self, *_: object) -> int:
        raise _Refused("XML with external references")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            raise _Refused(f"XML nested deeper than {MAX_DEPTH} levels")
        if self._elements > MAX_ELEMENTS:
            raise _Refused(f"XML of more than {MAX_ELEMENTS} elements")
        kept = {_local(key): value for key, value in attributes.items() if not key.startswith("xmlns")}
        self.builder.start(_local(name), kept)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self.builder.end(_local(name))


def _local(name: str) -> str:
    return name.rpartition(":")[2]
