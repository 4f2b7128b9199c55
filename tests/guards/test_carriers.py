"""The registry and its page: every carrier on disk is in both, and says in our words what its codes mean."""

import re
from pathlib import Path

import pytest

import services.ingest.carriers as package
from schemas.vocabulary import SUBSTATUSES, Condition, Milestone
from services.domain.numbers.aliases import ALIASES
from services.ingest.carrier import Carrier
from services.ingest.reading.meaning import Meaning
from services.ingest.registry import carriers
from tests.guards.carriers_document import PATH, carriers_document

EACH = pytest.mark.parametrize("carrier", carriers().values(), ids=lambda carrier: carrier.code)
PARTIES = {None, "carrier", "sender", "recipient", "customs", "weather", "other"}


def test_the_page_of_carriers_is_what_the_registry_gives() -> None:
    assert PATH.read_text(encoding="utf-8") == carriers_document()


def test_every_file_of_a_carrier_is_in_the_registry_under_its_own_name() -> None:
    files = {path.stem for folder in package.__path__ for path in Path(folder).glob("[a-z]*.py")}

    assert files == set(carriers())


def test_aliases_are_of_carriers_there_are() -> None:
    assert ALIASES.keys() <= carriers().keys()


@EACH
def test_a_carrier_says_what_its_line_in_the_page_needs(carrier: Carrier) -> None:
    assert re.fullmatch(r"[a-z0-9_]{1,32}", carrier.code)
    assert carrier.title
    assert carrier.formats
    assert set(carrier.formats) <= {"json", "xml", "text"}
    assert carrier.sources
    assert carrier.signature
    assert carrier.mapping_version >= 1


@EACH
def test_a_carriers_table_speaks_our_words(carrier: Carrier) -> None:
    wrong = [code for code, meaning in carrier.codes.items() if not _is_said_in_our_words(meaning)]

    assert wrong == []


def _is_said_in_our_words(meaning: Meaning) -> bool:
    return (
        (meaning.milestone is None or meaning.milestone in {each.value for each in Milestone})
        and (meaning.substatus is None or meaning.substatus in SUBSTATUSES.get(str(meaning.milestone), ()))
        and (meaning.reason is None or meaning.reason in {each.value for each in Condition})
        and meaning.party in PARTIES
    )
