"""The checkout page: a single HTML document without scripts or external resources; every value is escaped."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from simulators.qpay import money, timestamps
from simulators.qpay.checkout.form import payment_form
from simulators.qpay.checkout.style import STYLE
from simulators.qpay.qr.image import png_base64
from simulators.qpay.qr.links import BANK_APPS, deep_link
from simulators.qpay.state.invoices import Invoice, InvoiceStatus
from simulators.qpay.state.payments import Payment

_STATUS_LABELS = {InvoiceStatus.OPEN: "OPEN", InvoiceStatus.CLOSED: "PAID", InvoiceStatus.CANCELED: "CANCELED"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`error_message` explains why the last action failed; `payable` shows the buttons."""

    merchant_name: str
    invoice: Invoice
    payments: Sequence[Payment]
    payable: bool
    error_message: str | None = None


def checkout_page(page: Page) -> str:
    amount = money.display_text(page.invoice.amount)
    parts = [
        '<p class="note">QPay simulator, not the real gateway: no money moves.</p>',
        f'<p class="refused" role="alert">{escape(page.error_message)}</p>' if page.error_message else "",
        _invoice_card(page, amount),
        _payments_card(page.payments) if page.payments else "",
        payment_form(page.invoice, amount=amount) if page.payable else "",
        _apps_card(page.invoice) if page.payable else "",
    ]
    return document(title=f"{amount} · {page.merchant_name}", body="".join(parts))


def message_page(*, title: str, text: str) -> str:
    return document(title=title, body=f'<div class="card"><h1>{escape(title)}</h1><p>{escape(text)}</p></div>')


def document(*, title: str, body: str) -> str:
    """Wrap `body`, which must be escaped already; `title` is escaped here."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>"
    )


def _invoice_card(page: Page, amount: str) -> str:
    invoice = page.invoice
    return (
        '<section class="card invoice" aria-label="Invoice"><div>'
        f"<h1>{escape(page.merchant_name)}</h1>"
        f'<p class="amount">{escape(amount)}</p>'
        f'<strong class="status" id="status" role="status" data-status="{invoice.status}">'
        f"{_STATUS_LABELS[invoice.status]}</strong>"
        f"<dl><dt>Description</dt><dd>{escape(invoice.description)}</dd>"
        f"<dt>Invoice no.</dt><dd>{escape(invoice.sender_invoice_no)}</dd>"
        f"<dt>Created</dt><dd>{_time(invoice.created_at)}</dd>"
        + (f"<dt>Expires</dt><dd>{_time(invoice.expires_at)}</dd>" if invoice.expires_at is not None else "")
        + f"</dl></div>{_code(invoice, amount) if page.payable else ''}</section>"
    )


def _code(invoice: Invoice, amount: str) -> str:
    picture = f"data:image/png;base64,{png_base64(invoice.qr_text)}"
    return f'<img src="{picture}" width="240" height="240" alt="QR code to pay {escape(amount)}">'


def _payments_card(payments: Sequence[Payment]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(payment.payment_id)}</code></td><td>{payment.status}</td><td>{payment.method}</td>"
        f'<td class="money">{money.display_text(payment.amount)}</td><td>{_time(payment.created_at)}</td></tr>'
        for payment in payments
    )
    return (
        '<section class="card"><h2 id="payments">Payments</h2>'
        '<div class="scroll" role="region" aria-labelledby="payments" tabindex="0">'
        '<table><thead><tr><th scope="col">Payment</th><th scope="col">Status</th>'
        '<th scope="col">Method</th><th scope="col" class="money">Amount</th><th scope="col">Time</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _apps_card(invoice: Invoice) -> str:
    links = "".join(
        f'<li><a href="{escape(deep_link(app, invoice.qr_text))}">{escape(app.name)}</a></li>' for app in BANK_APPS
    )
    return (
        '<details class="card"><summary>Bank apps and QR text</summary>'
        f'<ul class="banks">{links}</ul><code>{escape(invoice.qr_text)}</code></details>'
    )


def _time(seconds: float) -> str:
    iso = timestamps.as_iso(seconds)
    return f'<time datetime="{iso}">{iso[:10]} {iso[11:19]} UTC</time>'
