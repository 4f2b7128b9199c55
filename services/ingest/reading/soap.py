"""SOAP answers that are faults."""

from xml.etree.ElementTree import Element

from services.ingest.carrier import CarrierError
from services.ingest.reading.xml_tree import text


def fault_of(root: Element) -> CarrierError | None:
    """The error of a SOAP 1.1 or 1.2 fault anywhere in the answer; a code in its detail is the finer one."""
    fault = next(root.iter("Fault"), None)
    if fault is None:
        return None
    code = _first(fault, "errorCode") or text(fault, "faultcode") or text(fault, "Code/Value")
    said = _first(fault, "errorMessage") or text(fault, "faultstring") or text(fault, "Reason/Text")
    return CarrierError(code, said or "a fault without a reason")


def _first(fault: Element, name: str) -> str | None:
    return next((said for each in fault.iter(name) if (said := text(each))), None)
