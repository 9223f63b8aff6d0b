"""Fetches the payments of an invoice page by page and sums those with status PAID."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from adapters.kit.http_responses import UnusableResponse
from adapters.qpay.client import QPayCalls
from adapters.qpay.wire import (
    CURRENCY,
    PAGE_LIMIT,
    CheckRequest,
    CheckResponse,
    Offset,
    PaymentRow,
    money,
)
from booking_domain.shared.money import Money

_LOG = logging.getLogger(__name__)
PAID: Final = "PAID"
"""The only status that counts: a REFUNDED payment keeps its positive amount, and a PARTIAL one is incomplete."""
REFUNDED: Final = "REFUNDED"
_MAX_PAGES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPayments:
    """`raw` is the response verbatim, or a JSON array of the responses if there are several pages."""

    received: Money
    rows: tuple[PaymentRow, ...]
    raw: str

    @property
    def refunded(self) -> Money:
        """The sum of the payments that were paid back."""
        return _total(self.rows, REFUNDED)


async def fetch_payments(client: QPayCalls, invoice_reference: str) -> CheckedPayments:
    """Fetch all pages.

    A payment made in the meantime may shift rows between pages, so each id counts once, with its last seen row.

    Raises:
        UnusableResponse: a page is malformed, a paid row has no valid amount, or rows are missing.
    """
    rows: dict[str | int, PaymentRow] = {}
    pages: list[str] = []
    listed = 0
    for number in range(1, _MAX_PAGES + 1):
        request = CheckRequest(object_id=invoice_reference, offset=Offset(page_number=number))
        response = await client.call("POST", "/payment/check", request, repeatable=True)
        page = response.read(CheckResponse)
        pages.append(response.text)
        listed += len(page.rows)
        rows.update((row.payment_id, row) for row in page.rows)
        if not page.rows and listed < page.count:
            raise UnusableResponse("fewer payments than its count")
        if len(page.rows) < PAGE_LIMIT and listed >= page.count:
            raw = pages[0] if len(pages) == 1 else f"[{','.join(pages)}]"
            found = tuple(rows.values())
            return CheckedPayments(received=_total(found, PAID), rows=found, raw=raw)
    raise UnusableResponse("too many pages of payments")


def _total(rows: Iterable[PaymentRow], status: str) -> Money:
    total = Money.zero(CURRENCY)
    for row in rows:
        if row.payment_status != status:
            continue
        if (row.payment_currency or CURRENCY) != CURRENCY:
            _LOG.error("QPay reports a payment in a currency other than %s; it is not counted", CURRENCY)
            continue
        total += money(row.payment_amount)
    return total
