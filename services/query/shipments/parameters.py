"""The parameters of `GET /v1/shipments`, as they are documented and as they are read."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from schemas.vocabulary import Condition, Milestone
from services.query.index.entries import span_ms
from services.query.shipments.wanted import MOST, USUAL, Moment, Sort, Wanted

_LONGEST_SPAN: Final = timedelta(days=3_650)


class Party(StrEnum):
    """Who is responsible for a condition."""

    CARRIER = "carrier"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CUSTOMS = "customs"
    WEATHER = "weather"
    OTHER = "other"


def _readable(read: Callable[[str], object]) -> AfterValidator:
    def check(text: str) -> str:
        read(text)
        return text

    return AfterValidator(check)


def span_of(text: str) -> timedelta:
    """An ISO 8601 span of at most ten years; raises ValueError."""
    try:
        span = timedelta(milliseconds=span_ms(text))
    except OverflowError as error:
        raise ValueError(f"{text[:40]!r} is too long") from error
    if span > _LONGEST_SPAN:
        raise ValueError(f"{text!r} is longer than {_LONGEST_SPAN.days} days")
    return span


def moment_of(text: str, *, is_end: bool) -> datetime:
    """An instant, or a date's first moment UTC; with `is_end` the first one behind. Raises ValueError."""
    try:
        if len(text) == len("2026-03-02"):
            day = datetime.combine(date.fromisoformat(text), time(), UTC)
            return day + timedelta(days=1) if is_end else day
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        if moment.tzinfo is None:
            raise ValueError(f"{text[:40]!r} is neither a date nor an instant with an offset")
        moment = moment.astimezone(UTC)
        return moment + timedelta(microseconds=1) if is_end else moment
    except OverflowError as error:
        raise ValueError(f"{text[:40]!r} is outside the calendar") from error


Text = Annotated[str, Field(min_length=1, max_length=4096)]
Word = Annotated[str, Field(min_length=1, max_length=256)]
Country = Annotated[str, Field(pattern=r"^([A-Za-z]{2,3})?-([A-Za-z]{2,3})?$")]
Span = Annotated[str, Field(max_length=32), _readable(span_of)]
From = Annotated[str, Field(max_length=40), _readable(lambda text: moment_of(text, is_end=False))]
To = Annotated[str, Field(max_length=40), _readable(lambda text: moment_of(text, is_end=True))]
Named = Annotated[list[Word], Field(max_length=50)]


class ListParameters(BaseModel):
    """Of a repeated parameter any one value, of all parameters each must hold."""

    model_config = ConfigDict(extra="forbid")

    milestone: list[Milestone] = Field([], max_length=50)
    status: list[Milestone | Literal["exception"]] = Field([], max_length=50)
    condition: list[Condition | Literal["delayed"]] = Field(
        [], max_length=50, description="open conditions; `delayed`: any of the three"
    )
    reason: Named = Field([], description="of an open condition")
    party: list[Party] = Field([], max_length=50, description="who is responsible for an open condition")
    carrier: Named = []
    lane: Country | None = Field(None, description="countries from-to as registered, `KZ-DE`, `KZ-`, `-DE`")
    q: Annotated[str, Field(max_length=200)] | None = Field(
        None, description="a tracking number as printed, an order, a customer, or words of the items"
    )
    order_id: Text | None = None
    customer_id: Text | None = None
    merchant: Text | None = Field(None, description="the list as this tenant sees it")
    date: Moment = Field(Moment.LAST_AT, description="which time `from` and `to` speak of")
    from_: From | None = Field(None, alias="from", description="a date (UTC) or an RFC 3339 instant")
    to: To | None = Field(None, description="inclusive, as `from`")
    late: Span | None = Field(
        None, description="missed the promise, or overdue, by at least this: `P1D`, `PT6H`"
    )
    stale: Span | None = Field(None, description="not over, and silent for at least this")
    past: bool | None = Field(None, description="true: only what is over; false: only what is not")
    sort: Sort | None = Field(
        None,
        description="`-` downwards; those without that value come last. If it is left out: "
        "`-last_at`, with `from` or `to` downwards by the time that they speak of",
    )
    limit: int = Field(USUAL, ge=1, le=MOST)
    cursor: Annotated[str, Field(max_length=1024)] | None = Field(None, description="`next` of a page")
    count: bool = Field(False, description="tell `total`, counted up to 10,000; 10001 means more")

    def _usual_sort(self) -> Sort:
        # in the order of the dates that are filtered by, a range of them is read and nothing else
        named = self.date if self.from_ is not None or self.to is not None else Moment.LAST_AT
        return Sort(f"-{named}")

    def wanted(self) -> Wanted:
        """What is asked."""
        return Wanted(
            milestone=tuple(self.milestone),
            status=tuple(self.status),
            condition=tuple(self.condition),
            reason=tuple(self.reason),
            party=tuple(self.party),
            carrier=tuple(self.carrier),
            lane=self.lane,
            q=self.q and (self.q.strip() or None),
            order_id=self.order_id,
            customer_id=self.customer_id,
            merchant=self.merchant,
            date_field=self.date,
            since=None if self.from_ is None else moment_of(self.from_, is_end=False),
            until=None if self.to is None else moment_of(self.to, is_end=True),
            late=None if self.late is None else span_of(self.late),
            stale=None if self.stale is None else span_of(self.stale),
            past=self.past,
            sort=self.sort or self._usual_sort(),
            limit=self.limit,
            cursor=self.cursor,
            counted=self.count,
        )
