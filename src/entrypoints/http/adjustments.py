"""`/admin/bookings/{id}/adjustments`: corrections of what was paid for a booking."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from booking_domain.payments.adjustments import MAX_LEDGER_REASON, Adjustment
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.payments.adjust_ledger import AdjustLedger, adjust_ledger
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Body, Json, SignedAmount, Timestamp
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.running import Run


class AdjustLedgerBody(Body, frozen=True, kw_only=True):
    """A correction of what was paid. Both parties see the reason."""

    amount: SignedAmount
    """In minor units of the price's currency: positive adds to what was paid, negative subtracts from it."""
    reason: Annotated[str, Meta(min_length=1, max_length=MAX_LEDGER_REASON)]


class LedgerAdjustmentJson(Json, frozen=True, kw_only=True):
    """A correction of what was paid."""

    id: UUID
    booking_id: UUID
    amount: int
    """In minor units: positive was added to what was paid, negative was subtracted."""
    currency: str
    reason: str
    created_at: Timestamp


ledger_adjustment_json: Final = projection(Adjustment, LedgerAdjustmentJson)
"""Show an adjustment to a party of its booking."""


ADJUST: Final[dict[str, Any]] = {"amount": -2000000, "reason": "Paid back in the portal of the gateway."}


@post(
    "/{booking_id:str}/adjustments",
    opt=documented(adjust_ledger, body=ADJUST),
    operation_id="adjustLedger",
)
async def adjust(
    booking_id: FromPath[BookingId], data: JSONBody[AdjustLedgerBody], run: Injected[Run]
) -> Response[LedgerAdjustmentJson]:
    """Correct what was paid for a booking, with a reason; for admins.

    Use it for money that arrived outside the gateways, was counted wrongly, or was paid back in a gateway's portal. It
    moves no money: to give money back to the customer, make a refund instead. You can subtract at most what is kept and
    not about to be refunded, and add at most what is due, unless the booking is cancelled. Both parties are notified
    and see the entry in `GET /bookings/{id}/payments`. The payment status and the provider's earnings change
    accordingly. To undo it, adjust by the opposite amount.
    """
    command = AdjustLedger(booking_id=booking_id, amount=data.amount, reason=data.reason)
    return await run(adjust_ledger, command, answer=ledger_adjustment_json)


routes: Final = Router("/admin/bookings", route_handlers=[adjust])
