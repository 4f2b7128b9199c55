"""How long code tables are written: what codes mean, a colon, and the codes that mean it.

    # a comment
    in_transit/hub_arrived: AF PL
    delivery_attempted/refused refused@recipient: RD
    delivered @sender: XY
    nothing: IA

A meaning is `milestone[/substatus] [reason][@party]`; `nothing` stands for no milestone. Codes are
separated by spaces and go on in the indented lines below.
"""

from collections.abc import Mapping

from services.ingest.reading.meaning import Meaning


def table_of(text: str) -> Mapping[str, Meaning]:
    """The meaning of each code; raises ValueError where one stands twice, a mistake of whoever wrote it."""
    table: dict[str, Meaning] = {}
    meaning = Meaning(None)
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        codes = line
        if line.strip() and not line.startswith(" "):
            head, _, codes = line.partition(":")
            meaning = _meaning(head)
        for code in codes.split():
            if code in table:
                raise ValueError(f"{code} has two meanings")
            table[code] = meaning
    return table


def _meaning(head: str) -> Meaning:
    what, _, why = head.partition(" ")
    milestone, _, substatus = what.partition("/")
    reason, _, party = why.partition("@")
    return Meaning(
        None if milestone == "nothing" else milestone, substatus or None, reason or None, party or None
    )
