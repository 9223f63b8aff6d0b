"""Fetches the payments of a period page by page."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from adapters.kit.http_responses import UnusableResponse
from adapters.qpay.client import QPayCalls
from adapters.qpay.payment_checks import PAID, REFUNDED
from adapters.qpay.wire import CURRENCY, PAGE_LIMIT, ListRequest, ListResponse, ListRow, Offset, money
from booking_domain.payments.ports import GatewayPayment

_ULAANBAATAR: Final = timezone(timedelta(hours=8))
"""The zone of dates without an offset."""
_MAX_PAGES: Final = 10_000


async def list_payments(
    client: QPayCalls, invoice_code: str, start: datetime, end: datetime
) -> Sequence[GatewayPayment]:
    """Fetch all pages of the payments that were made at or after `start` and before `end`.

    A payment made in the meantime may shift rows between pages, so each id counts once, with its last seen row.

    Raises:
        UnusableResponse: a page or a row is malformed, or rows are missing.
    """
    found: dict[str, GatewayPayment] = {}
    listed = 0
    for number in range(1, _MAX_PAGES + 1):
        request = ListRequest(
            object_id=invoice_code,
            start_date=start.astimezone(UTC).isoformat(),
            end_date=end.astimezone(UTC).isoformat(),
            offset=Offset(page_number=number),
        )
        page = (await client.call("POST", "/payment/list", request, repeatable=True)).read(ListResponse)
        listed += len(page.rows)
        for row in page.rows:
            payment = _payment(row)
            if payment is not None and payment.paid_at is not None and start <= payment.paid_at < end:
                found[payment.reference] = payment
        if not page.rows and listed < page.count:
            raise UnusableResponse("fewer payments than its count")
        if len(page.rows) < PAGE_LIMIT and listed >= page.count:
            return tuple(found.values())
    raise UnusableResponse("too many pages of payments")


def _payment(row: ListRow) -> GatewayPayment | None:
    """The payment of a row; None if no money moved."""
    if row.payment_status not in {PAID, REFUNDED}:
        return None
    if row.object_id is None or (row.payment_currency or CURRENCY) != CURRENCY:
        raise UnusableResponse("a payment without an invoice, or in another currency")
    try:
        paid_at = datetime.fromisoformat(row.payment_date or "")
    except ValueError:
        raise UnusableResponse("a payment without a date") from None
    if paid_at.tzinfo is None:
        paid_at = paid_at.replace(tzinfo=_ULAANBAATAR)
    return GatewayPayment(
        reference=str(row.payment_id),
        invoice_reference=row.object_id,
        amount=money(row.payment_amount),
        refunded=row.payment_status == REFUNDED,
        paid_at=paid_at,
    )
