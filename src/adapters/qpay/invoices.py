"""Conversion of invoices between the domain and QPay."""

import re
from typing import Final

from adapters.kit.http_responses import UnusableResponse
from adapters.qpay.qr_images import qr_image
from adapters.qpay.wire import InvoiceRequest, InvoiceResponse, Link
from booking_domain.payments.model import DeepLink, Invoice
from booking_domain.payments.ports import InvoiceOrder

_MAX_DESCRIPTION_UNITS: Final = 255
_LINK: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://\S+")
_SCRIPT_SCHEMES: Final = frozenset({"javascript", "vbscript", "data"})
"""URL schemes that execute in the page that shows the link."""


def invoice_request(order: InvoiceOrder, *, invoice_code: str, callback_url: str) -> InvoiceRequest:
    """Build the request; truncates the description to QPay's limit."""
    return InvoiceRequest(
        invoice_code=invoice_code,
        sender_invoice_no=order.order_number,
        invoice_description=truncated(order.description) or order.order_number,
        amount=order.amount.decimal(),
        callback_url=callback_url,
    )


def invoice_from(response: InvoiceResponse) -> Invoice:
    """Convert the response; drops an invalid checkout URL or deep link, since the QR code suffices to pay.

    Raises:
        UnusableResponse: the response has no usable QR text.
    """
    if not response.qr_text.isprintable():
        raise UnusableResponse("a QR text with unprintable characters")
    short_url = response.short_url or ""
    return Invoice(
        reference=response.invoice_id,
        qr_text=response.qr_text,
        qr_image=qr_image(response.qr_image, response.qr_text),
        checkout_url=short_url if short_url.startswith(("https://", "http://")) and short_url.isprintable() else "",
        deep_links=tuple(link for url in response.urls or () if (link := _deep_link(url)) is not None),
    )


def truncated(description: str) -> str:
    """Truncate by UTF-16 code units, as JavaScript counts, the strictest reading of QPay's limit."""
    units = description.encode("utf-16-le", "replace")
    return units[: 2 * _MAX_DESCRIPTION_UNITS].decode("utf-16-le", "ignore")


def _deep_link(url: Link) -> DeepLink | None:
    link = url.link or url.deep_link or ""
    read = _LINK.fullmatch(link)
    if read is None or not link.isprintable() or read[1].lower() in _SCRIPT_SCHEMES:
        return None
    name = url.name or read[1]
    return DeepLink(name=name, link=link) if name.isprintable() else None
