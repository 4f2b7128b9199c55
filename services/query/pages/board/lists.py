"""The lists behind the board's numbers: the same filters, in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlencode

from services.query.pages.board.ages import Age, age_named
from services.query.pages.board.figures import CONDITIONS, LATE_DAYS
from services.query.shipments.wanted import Sort, Wanted

Where = Literal["current", "any"]
_ANY: Final = "any"
_PER_PAGE: Final = 50
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a number counts. `condition` `any`: at least one that the board knows; `late`: days."""

    condition: str | None = None
    carrier: str | None = None
    age: Age | None = None
    late: int | None = None
    current: bool = False
    q: str | None = None
    cursor: str | None = None

    def wanted(self, now: datetime, *, counted: bool = False) -> Wanted:
        """The list."""
        conditions = CONDITIONS if self.condition == _ANY else (self.condition,) if self.condition else ()
        return Wanted(
            condition=conditions,
            carrier=(self.carrier,) if self.carrier else (),
            since=self.age.since(now) if self.age else None,
            until=self.age.until(now) if self.age else None,
            late=None if self.late is None else timedelta(days=self.late),
            past=False if self.current or self.late is not None else None,
            q=self.q,
            sort=Sort.LAST_AT,
            limit=_PER_PAGE,
            cursor=self.cursor,
            counted=counted,
        )


def chosen_of(parameters: Mapping[str, str]) -> Chosen:
    """What the address says; what cannot be meant asks nothing."""
    condition, late = parameters.get("condition"), parameters.get("late", "")
    return Chosen(
        condition=condition if condition in (*CONDITIONS, _ANY) else None,
        carrier=_text(parameters, "carrier"),
        age=age_named(parameters.get("age")),
        late=int(late) if late in map(str, LATE_DAYS) else None,
        current=parameters.get("current") == "1",
        q=_text(parameters, "q"),
        cursor=parameters.get("cursor") or None,
    )


def board_link(
    *,
    condition: str | None = None,
    carrier: str | None = None,
    age: Age | None = None,
    late: int | None = None,
    current: bool = False,
    cursor: str | None = None,
    q: str | None = None,
) -> str:
    """The list of what a number counts."""
    said = {
        "condition": condition,
        "carrier": carrier,
        "age": age and age.code,
        "late": None if late is None else str(late),
        "current": "1" if current else None,
        "q": q,
        "cursor": cursor,
    }
    return f"/board/list?{urlencode({name: value for name, value in said.items() if value})}"


def _text(parameters: Mapping[str, str], name: str) -> str | None:
    return parameters.get(name, "").replace("\x00", "").strip()[:_LONGEST] or None
