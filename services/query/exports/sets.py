"""The sets there are to take away: their columns, as names and as Parquet's types."""

from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, Union, get_args, get_origin

from schemas.alert import Alert
from schemas.event import Envelope, Wire
from schemas.status import ShipmentView
from services.query.exports.forms import CsvPen, Form, LinePen, ParquetPen, Pen
from services.query.exports.what import What

if TYPE_CHECKING:
    import pyarrow as pa


class TimelineRow(Wire):
    """A fact as it counts, first recorded when it says, and the change that it caused when it came."""

    partition: int
    src_offset: int
    shipment: str
    event_id: str
    type: str
    recorded_at: str
    event: dict[str, Any]
    change: dict[str, Any] | None


class OrderRow(Wire):
    """A parcel of an order, flat, for the order history; texts are those of the shipment."""

    order_id: str | None
    merchant: str | None
    customer_id: str | None
    shipment: str
    carrier: str
    tracking_number: str
    service: str | None
    status: str
    milestone: str | None
    conditions: list[str]
    last_at: str | None
    expected: str | None
    promised: str | None
    kept: str | None
    late_by: str | None
    delivered_at: str | None


_ROWS: Final[dict[What, type[Wire]]] = {
    What.SHIPMENTS: ShipmentView,
    What.TIMELINE: TimelineRow,
    What.ALERTS: Alert,
    What.EVENTS: Envelope,
    What.ORDERS: OrderRow,
}


def columns_of(what: What) -> tuple[str, ...]:
    """The columns of a set, in the order of their definition."""
    return tuple(_ROWS[what].model_fields)


def pen_of(what: What, form: Form, *, resumed: bool = False) -> Pen:
    """What writes the set; the rest of a resumed one without a heading of its own."""
    if form is Form.NDJSON:
        return LinePen()
    if form is Form.CSV:
        return CsvPen(columns_of(what), heading=not resumed)
    return ParquetPen(parquet_schema(what))


def parquet_schema(what: What) -> "pa.Schema":
    """The set's types: lists and objects of known members nested, all others as JSON text.

    Envelopes stay as they came: their objects are JSON text, whatever a writer put in them.
    """
    import pyarrow as pa

    fields = _members(_ROWS[what])
    if what is What.EVENTS:
        fields = [
            pa.field(each.name, pa.string()) if pa.types.is_struct(each.type) else each for each in fields
        ]
    return pa.schema(fields)


def _members(row: type[Wire]) -> "list[pa.Field]":
    import pyarrow as pa

    fields = row.model_fields.items()
    return [pa.field(info.alias or name, _type_of(info.annotation)) for name, info in fields]


def _type_of(annotation: Any) -> "pa.DataType":
    import pyarrow as pa

    kinds = _alternatives(annotation)
    if len(kinds) != 1 or get_origin(kinds[0]) in (dict, Literal):
        return pa.string()
    (kind,) = kinds
    if get_origin(kind) is list:
        return pa.list_(_type_of(get_args(kind)[0]))
    if isinstance(kind, type) and issubclass(kind, Wire):
        return pa.struct(_members(kind))
    plain = {int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    return plain.get(kind, pa.string())


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    """What a value may be besides null."""
    if get_origin(annotation) in (Union, UnionType):
        return tuple(kind for kind in get_args(annotation) if kind is not NoneType)
    return (annotation,)
