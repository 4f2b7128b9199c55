"""Whose orders are read: a signed-in customer's own, or those that staff picked."""

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from fastapi import Request

from services.query.access.visitor import staff_of, visitor_of
from services.runtime.http_auth import Principal, Role
from services.runtime.http_problems import Problem


@dataclass(frozen=True, slots=True)
class Whose:
    """`caller` sees one merchant's where a merchant is known. `customer_id` None: everybody's.

    `picks`: whether another customer may be picked.
    """

    caller: Principal
    customer_id: str | None
    picks: bool

    @property
    def may_ask(self) -> bool:
        """Whether something may be asked of the parcels: a reader's key only reads."""
        return self.caller.role >= Role.WRITER

    @property
    def picked(self) -> dict[str, str]:
        """The parameters that say it again in a link; a customer's session says it by itself."""
        named = {"merchant": self.caller.merchant, "customer_id": self.customer_id}
        return {name: value for name, value in named.items() if value and self.picks}

    def sees(self, view: dict[str, Any]) -> bool:
        """Whether a shipment that the caller may see is this customer's: of this merchant, too."""
        if self.customer_id is not None and view["customer_id"] != self.customer_id:
            return False
        return self.picks or bool(view["merchant"] == self.caller.merchant)

    def of(self, merchant: str | None) -> Principal:
        """The caller, with the eyes of that merchant."""
        return replace(self.caller, merchant=self.caller.merchant or merchant)


async def whose(request: Request) -> Whose | None:
    """None for a stranger. Raises StoreAway, Problem (400)."""
    visitor = visitor_of(request)
    if visitor is not None:
        caller = Principal("customer", Role.WRITER, visitor.merchant)
        return Whose(caller, visitor.customer_id, picks=False)
    staff = await staff_of(request)
    if staff is None:
        return None
    caller = replace(staff, merchant=staff.merchant or given(request, "merchant"))
    return Whose(caller, given(request, "customer_id"), picks=True)


def given(request: Request, name: str) -> str | None:
    """A parameter of the address, None where it is empty; raises Problem (400)."""
    text = request.query_params.get(name, "").strip()
    if "\x00" in text:
        raise Problem(HTTPStatus.BAD_REQUEST, f"a NUL character has no place in {name}")
    return text or None
