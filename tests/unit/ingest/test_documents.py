"""Documents of standards: seen by what they begin with, read as any carrier's."""

import pytest

from services.ingest.carrier import InvalidPayload
from services.ingest.edi.documents import Documents, detect
from tests.carriers.trade_documents import SSCC, json_document, object_event, xml_document, xml_event


@pytest.mark.parametrize(
    ("payload", "written"),
    [
        (b"ISA*00*          *00*", "x12-214"),
        (b"\n GS*QM*ACME*", "x12-214"),
        (b"ST*214*0001~", "x12-214"),
        (b"UNA:+.? '", "iftsta"),
        (b"UNB+UNOC:3+A+B'", "iftsta"),
        (b"UNH+1+IFTSTA:D:07B:UN'", "iftsta"),
        (xml_document(xml_event("")), "epcis"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><EPCISDocument/>', "epcis"),
        (json_document(object_event()), "epcis"),
        (b'[{"eventID":"1","eventType":"EQUIPMENT"}]', "dcsa"),
        (b'{"metadata":{},"payload":{}}', "dcsa"),
    ],
)
def test_a_document_is_seen_by_its_beginning(payload: bytes, written: str) -> None:
    assert detect(payload) == written


@pytest.mark.parametrize("payload", [b"", b"{}", b"[]", b"hello", b"\xff\xfe"])
def test_what_begins_like_no_document_is_invalid(payload: bytes) -> None:
    with pytest.raises(InvalidPayload):
        Documents().parse(payload)


def test_a_documents_events_are_those_of_the_carrier_named() -> None:
    (event,) = Documents("acme", "epcis").parse(json_document(object_event())).events

    assert (event.members["carrier"], event.members["tracking_number"]) == ("acme", SSCC)
