"""`python -m tests.guards.carriers_document`: writes `docs/carriers.md` from the registry of carriers."""

from pathlib import Path

from services.domain.numbers.aliases import ALIASES
from services.ingest.carrier import Carrier
from services.ingest.edi.documents import SOURCES
from services.ingest.registry import carriers

PATH = Path(__file__).parents[2] / "docs" / "carriers.md"

_HEAD = """\
# Carriers

Whose own payloads Shiplog reads: pushed to `POST /v1/carriers/<carrier>/webhook`, or in a file given to
`shiplog parse --carrier <carrier>` and `shiplog import FILE --carrier <carrier>`. Written by
`python -m tests.guards.carriers_document` from `services/ingest/registry.py` and the files it names.

A webhook is taken when the secret of an account proves its signature; any other is answered 401, kept nowhere
and counted. The secrets stand in `carriers.json` in the home: `{"<carrier>": {"<account>": "<secret>"}}`.
A code that is not in the table of its carrier is milestone `unknown`, with the code kept and counted.

"""
_TABLE = """\
| carrier | name | payloads | codes | signature |
|---|---|---|---|---|
"""
_SOURCES = """
## Where the tables of codes come from

| carrier | documents |
|---|---|
"""
_ALIASES = """
## Carriers in `shiplog recognize`

A candidate of `shiplog recognize` is named as in the table of number formats; where that differs from the
registry:

| carrier here | courier in `recognize` |
|---|---|
"""
_DOCUMENTS = """
## Documents of standards

X12 214, EDIFACT IFTSTA, EPCIS and DCSA need no carrier of their own: `shiplog parse --carrier edi FILE` and
`shiplog import FILE --carrier edi` see what a document is; `--format` says it, for any carrier's name.

| format | documents it is read by |
|---|---|
"""


def carriers_document() -> str:
    """The whole text of the document."""
    known = sorted(carriers().values(), key=lambda carrier: carrier.code)
    aliases = "".join(f"| `{ours}` | `{theirs}` |\n" for ours, theirs in sorted(ALIASES.items()))
    return "".join(
        (
            _HEAD + f"{len(known)} carriers, {sum(len(each.codes) for each in known)} codes.\n\n" + _TABLE,
            *(_line(each) for each in known),
            _SOURCES,
            *(_source(each) for each in known),
            _ALIASES + aliases + _DOCUMENTS,
            *(f"| `{name}` | {'; '.join(sources)} |\n" for name, sources in SOURCES.items()),
        )
    )


def _line(carrier: Carrier) -> str:
    cells = (
        f"`{carrier.code}`",
        carrier.title,
        ", ".join(carrier.formats),
        str(len(carrier.codes)),
        carrier.signature,
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |\n"


def _source(carrier: Carrier) -> str:
    return f"| `{carrier.code}` | {'; '.join(carrier.sources).replace('|', '/')} |\n"


if __name__ == "__main__":
    PATH.write_text(carriers_document(), encoding="utf-8")
