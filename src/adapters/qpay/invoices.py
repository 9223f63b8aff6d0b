"""An invoice on its way from the domain to QPay and back."""

import re
from typing import Final

from adapters.http_responses import UnusableResponse
from adapters.qpay.pictures import qr_image
from adapters.qpay.wire import InvoiceAnswer, InvoiceRequest, Link
from booking_domain.payments.model import DeepLink, Invoice
from booking_domain.payments.ports import InvoiceOrder

_DESCRIPTION_UNITS: Final = 255
_LINK: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://\S+")
_SCRIPTS: Final = frozenset({"javascript", "vbscript", "data"})
"""Schemes that open no app but run in the page that shows the link."""


def invoice_request(order: InvoiceOrder, *, invoice_code: str, callback_url: str) -> InvoiceRequest:
    """What we ask for; a description is cut to fit."""
    return InvoiceRequest(
        invoice_code=invoice_code,
        sender_invoice_no=order.order_number,
        invoice_description=_fitting(order.description) or order.order_number,
        amount=order.amount.decimal(),
        callback_url=callback_url,
    )


def invoice_from(answer: InvoiceAnswer) -> Invoice:
    """What we got; what a customer can pay without, is left out where nothing can be made of it.

    Raises:
        UnusableResponse: there is no code to scan.
    """
    if not answer.qr_text.isprintable():
        raise UnusableResponse("a QR text that cannot be printed")
    short_url = answer.short_url or ""
    return Invoice(
        reference=answer.invoice_id,
        qr_text=answer.qr_text,
        qr_image=qr_image(answer.qr_image, answer.qr_text),
        checkout_url=short_url if short_url.startswith(("https://", "http://")) and short_url.isprintable() else "",
        deep_links=tuple(link for url in answer.urls or () if (link := _deep_link(url)) is not None),
    )


def _fitting(description: str) -> str:
    """Cut it as JavaScript counts, in UTF-16 code units, so that no reading of the limit is exceeded."""
    units = description.encode("utf-16-le", "replace")
    return units[: 2 * _DESCRIPTION_UNITS].decode("utf-16-le", "ignore")


def _deep_link(url: Link) -> DeepLink | None:
    link = url.link or url.deep_link or ""
    read = _LINK.fullmatch(link)
    if read is None or not link.isprintable() or read[1].lower() in _SCRIPTS:
        return None
    name = url.name or read[1]
    return DeepLink(name=name, link=link) if name.isprintable() else None
