"""A shipment for whoever reads the page: staff as their key says, a customer what is the customer's own."""

from dataclasses import dataclass

from fastapi import Request

from services.query.access.visitor import Visitor, staff_of, visitor_of
from services.query.seen import Seen, seen
from services.query.store import Snapshot
from services.runtime.http_auth import Principal, Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """`caller` reads the model; of what it finds a `customer` sees the shipments of that customer only."""

    caller: Principal
    customer: Visitor | None = None

    def may_see(self, found: Seen) -> bool:
        """Whether what the caller found is shown."""
        view, customer = found.view, self.customer
        return customer is None or (view["merchant"], view["customer_id"]) == (
            customer.merchant,
            customer.customer_id,
        )


async def viewer_of(request: Request) -> Viewer | None:
    """Who reads the page; None for somebody who has not signed in. Raises StoreAway."""
    staff = await staff_of(request)
    if staff is not None:
        return Viewer(staff)
    visitor = visitor_of(request)
    if visitor is None:
        return None
    return Viewer(Principal("customer", Role.READER, merchant=visitor.merchant), visitor)


async def shown(snapshot: Snapshot, key: str, viewer: Viewer | None) -> Seen | None:
    """The shipment; None where there is none that this viewer may see. Raises StoreAway."""
    if viewer is None:
        return None
    found = await seen(snapshot, key, viewer.caller)
    return found if found is not None and viewer.may_see(found) else None
