"""`shiplog recognize NUMBER…`: which carriers could have issued a tracking number."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.output import AnswerIsNo, JsonFlag, Output

if TYPE_CHECKING:
    from services.domain.numbers.recognise import Recognised

Numbers = Annotated[
    list[str], typer.Argument(metavar="NUMBER…", help="Tracking numbers, as they are printed.")
]


def register(app: typer.Typer) -> None:
    """Add `recognize`."""
    app.command("recognize")(recognize)


def recognize(numbers: Numbers, json: JsonFlag = False) -> None:
    """Say which carriers could have issued each number, and why; exit 1 when no number is valid."""
    from services.domain.numbers.formats import couriers
    from services.domain.numbers.recognise import recognise

    output = Output(json)
    # an argument that is no UTF-8 arrives with surrogates, which JSON has no place for
    written = [number.encode(errors="surrogateescape").decode(errors="replace") for number in numbers]
    found = [recognise(number, couriers()) for number in written]
    for each in found:
        output.result(_told(each), human=_for_people(each))
    if not any(each.valid for each in found):
        raise AnswerIsNo("no carrier we know issues such a number", error="not_recognized")


def _told(found: "Recognised") -> dict[str, Any]:
    return {
        "number": found.number,
        "normalized": found.normalized,
        "valid": found.valid,
        "candidates": [
            {"carrier": each.carrier, "format": each.format, "checksum": each.checksum, "why": each.why}
            for each in found.candidates
        ],
    }


def _for_people(found: "Recognised") -> str:
    if not found.valid:
        return f"{found.number}: no carrier we know"
    lines = [f"  {each.carrier:<14} {each.format:<22} {each.why}" for each in found.candidates]
    return "\n".join([found.number, *lines])
