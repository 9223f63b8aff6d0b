"""How an invoice of a gateway is paid on a page."""

from booking_domain.payments.model import Invoice
from booking_domain.shared.money import Money
from entrypoints.web.components.pay import Pay
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.qr import qr_path


def pay_of(invoice: Invoice | None, amount: Money, page: Page) -> Pay | None:
    """What shows an invoice; None without one."""
    if invoice is None:
        return None
    path, size = ("", 0) if not invoice.qr_text else qr_path(invoice.qr_text)
    return Pay(
        amount=page.formats.money(amount),
        qr=path,
        size=size,
        banks=tuple((each.name, each.link) for each in invoice.deep_links),
        checkout=invoice.checkout_url if invoice.checkout_url.startswith("http") else "",
    )
