"""Recognising numbers: check digits, the formats' data, what fits a number and in which order."""

import pytest

from services.domain.numbers import checksums
from services.domain.numbers.aliases import ALIASES
from services.domain.numbers.formats import couriers, couriers_of
from services.domain.numbers.recognise import recognise
from services.ingest.registry import carriers
from tests.carriers.shared import needs_shared_data, rows

W12 = [3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]
S10 = [8, 6, 4, 2, 3, 5, 9, 7]


def found(number: str) -> list[tuple[str, str, str]]:
    return [(each.carrier, each.format, each.checksum) for each in recognise(number, couriers()).candidates]


@pytest.mark.parametrize(
    ("rule", "serial", "check", "arguments"),
    [
        # from the right 9+9+9+3+9+1+24+3+18+0+0+4 = 89, and 1 makes it 90
        ("mod10", "400638133393", "1", {"weights": [3, 1]}),
        # A counts 2: 1*1+2*2 = 5, and 5 makes it 10
        ("mod10", "A1", "5", {"weights": [1, 2]}),
        ("mod7", "123456789", "1", {}),
        ("weighted", "10000000000", "3", {"weights": W12, "moduli": [11, 10]}),
        # 3 + 7 = 10, of which the last digit is written
        ("weighted", "10100000000", "0", {"weights": W12, "moduli": [11, 10]}),
        ("s10", "00000001", "4", {"weights": S10}),
        # 8 + 4 = 12 leaves 1: ten is written 0; nothing left: eleven is written 5
        ("s10", "10100000", "0", {"weights": S10}),
        ("s10", "00000000", "5", {"weights": S10}),
        ("luhn", "7992739871", "3", {}),
        # the example of ISO/IEC 7064's users: the Global Release Identifier
        ("mod37_36", "A12425GABC1234002", "M", {}),
    ],
)
def test_a_check_digit_follows_from_the_others(
    rule: str, serial: str, check: str, arguments: dict[str, list[int]]
) -> None:
    others = set("0123456789") - {check}

    assert checksums.is_right(rule, serial, check, arguments)
    assert not any(checksums.is_right(rule, serial, other, arguments) for other in others)


def test_a_mod_37_36_check_may_be_a_letter() -> None:
    assert not checksums.mod37_36("A12425GABC1234002", "N")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("1Z999AA10123456784", [("ups", "ups", "ok")]),
        ("1Z999AA10123456785", []),
        ("320000100091", [("fedex", "fedex_12", "ok"), ("purolator", "purolator_numeric", "ok")]),
        ("320000100092", []),
        ("RX000000014DE", [("s10", "s10", "ok"), ("dhl", "dhl_ecommerce", "none")]),
        ("RX000000015DE", [("dhl", "dhl_ecommerce", "none")]),
        ("RA000000014XX", []),
        ("RA000000014US", [("usps", "s10", "ok"), ("s10", "s10", "ok")]),
        ("LTN00000000N1", [("landmark", "landmark_global", "none")]),
        ("HELLO", []),
    ],
    ids=[
        "UPS",
        "a wrong check digit",
        "two fit",
        "neither fits",
        "a check digit tells more",
        "only the shape is left",
        "no such country",
        "a post we know",
        "no check digit",
        "no number",
    ],
)
def test_every_carrier_that_could_have_issued_it_is_named(
    number: str, expected: list[tuple[str, str, str]]
) -> None:
    ordered = found(number)

    # a post and the standard that it follows stand equal
    assert sorted(ordered) == sorted(expected)
    assert [each[2] for each in ordered] == sorted((each[2] for each in ordered), reverse=True)


def test_a_number_is_read_however_it_is_printed() -> None:
    told = recognise(" 1z 999.aa1-01 2345 6784 ", couriers())

    assert (told.normalized, told.valid) == ("1Z999AA10123456784", True)


@pytest.mark.parametrize("number", ["", " - ", "Ж123", "9" * 65])
def test_what_is_no_number_at_all_has_no_normal_form(number: str) -> None:
    told = recognise(number, couriers())

    assert (told.normalized, told.valid, told.candidates) == (None, False, ())


def test_a_candidate_says_why() -> None:
    (candidate,) = recognise("1Z999AA10123456784", couriers()).candidates
    (landmark,) = recognise("LTN00000000N1", couriers()).candidates

    assert candidate.why == (
        "1Z, 15 letters and digits and a check digit; check digit 4 is right (mod10); service 01 is known"
    )
    assert landmark.why == "LTN, 8 digits and N1; no check digit to go by"


def form(pattern: str, **more: object) -> list[dict[str, object]]:
    return [{"format": "f", "shape": "", "pattern": pattern, **more}]


def test_a_check_digit_ranks_above_a_known_part_above_fixed_characters() -> None:
    # 10 and the check digit 9: 1 + 9 = 10 (Luhn)
    forms = {
        "any": form(r".{4}"),
        "checked": form(r"X(?P<serial>\d\d)(?P<check>\d)", check={"rule": "luhn"}),
        "fixed": form(r"X\d{3}", fixed=1),
        "known": form(r"X(?P<service>\d).{2}", known={"service": "1"}),
    }
    made = couriers_of(
        {"couriers": [{"courier": code, "name": "", "formats": each} for code, each in forms.items()]}
    )

    def ranked(number: str) -> list[str]:
        return [each.carrier for each in recognise(number, made).candidates]

    assert ranked("X109") == ["checked", "known", "fixed", "any"]
    assert ranked("X100") == ["known", "fixed", "any"]
    assert ranked("X200") == ["fixed", "any", "known"]


def test_the_formats_are_whole() -> None:
    known = couriers()
    names = [(courier.code, form.name) for courier in known.values() for form in courier.formats]

    assert len(names) == len(set(names)) == 39
    for courier in known.values():
        assert set(courier.takes) <= known.keys(), courier.code
        for form in courier.formats:
            groups = set(form.pattern.groupindex)
            needed = {*form.must, *form.known} | ({"serial", "check"} if form.check else set())
            assert needed <= groups, form.name
            assert form.check is None or form.check.rule in checksums.RULES, form.name


def test_an_alias_leads_from_a_carrier_of_the_registry_to_a_courier() -> None:
    assert set(ALIASES.values()) <= couriers().keys()
    assert ALIASES.keys().isdisjoint(couriers().keys())
    assert ALIASES.keys() <= carriers().keys()


@needs_shared_data
def test_the_shared_numbers_are_recognised_and_no_other() -> None:
    shared = rows("shared-tracking-numbers.jsonl.gz")
    assert len(shared) == 280

    wrong = [
        row
        for row in shared
        if row["valid"]
        != any(
            form == row["format"] and carrier == row["courier"] for carrier, form, _ in found(row["number"])
        )
    ]
    strays = [
        row for row in shared if not row["valid"] and row["format"] in {f for _, f, _ in found(row["number"])}
    ]

    assert (wrong, strays) == ([], [])
