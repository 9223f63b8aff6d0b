"""Asks what was paid on an invoice, page by page, and counts what QPay itself calls paid."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from adapters.http_responses import UnusableResponse
from adapters.qpay.client import QPayClient
from adapters.qpay.wire import (
    CURRENCY,
    PAGE_LIMIT,
    CheckAnswer,
    CheckRequest,
    Offset,
    PaymentRow,
    money,
)
from booking_domain.shared.money import Money

_LOG = logging.getLogger(__name__)
_PAID: Final = "PAID"
"""The only status that is money: a REFUNDED payment keeps its positive amount, and a PARTIAL one is not done."""
_MOST_PAGES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Payments:
    """What was received, and the answer verbatim; of several pages, a JSON array of them."""

    received: Money
    raw: str


async def ask_for_payments(client: QPayClient, invoice_reference: str) -> Payments:
    """Ask for every page.

    A payment that is made meanwhile may shift another from one page to the next: each id counts once, as seen last.

    Raises:
        UnusableResponse: a page is none, a paid row has no amount, or fewer payments are listed than are counted.
    """
    rows: dict[str | int, PaymentRow] = {}
    pages: list[str] = []
    listed = 0
    for number in range(1, _MOST_PAGES + 1):
        request = CheckRequest(object_id=invoice_reference, offset=Offset(page_number=number))
        answer = await client.call("POST", "/payment/check", request, repeatable=True)
        page = answer.read(CheckAnswer)
        pages.append(answer.text)
        listed += len(page.rows)
        rows.update((row.payment_id, row) for row in page.rows)
        if not page.rows and listed < page.count:
            raise UnusableResponse("fewer payments than it counts")
        if len(page.rows) < PAGE_LIMIT and listed >= page.count:
            raw = pages[0] if len(pages) == 1 else f"[{','.join(pages)}]"
            return Payments(received=_received(rows.values()), raw=raw)
    raise UnusableResponse("payments without end")


def _received(rows: Iterable[PaymentRow]) -> Money:
    total = Money.zero(CURRENCY)
    for row in rows:
        if row.payment_status != _PAID:
            continue
        if (row.payment_currency or CURRENCY) != CURRENCY:
            _LOG.error("QPay calls a payment paid that is not in %s: it was not counted", CURRENCY)
            continue
        total += money(row.payment_amount)
    return total
