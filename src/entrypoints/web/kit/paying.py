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
    cards = page.site.cards if invoice.client_secret else None
    path, size = ("", 0) if not invoice.qr_text else qr_path(invoice.qr_text)
    return Pay(
        amount=page.formats.money(amount),
        qr=path,
        size=size,
        banks=tuple((each.name, each.link) for each in invoice.deep_links),
        checkout=invoice.checkout_url if invoice.checkout_url.startswith("http") else "",
        card_key="" if cards is None else cards.key,
        card_secret="" if cards is None else invoice.client_secret,
    )


def card_script(paying: Pay | None, page: Page) -> str:
    """The script that the page needs to take a card; empty: it takes none."""
    return page.site.cards.script if page.site.cards is not None and paying is not None and paying.card_key else ""
