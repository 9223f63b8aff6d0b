"""The form of the checkout page: payment method, and a button per outcome."""

from collections.abc import Mapping
from html import escape
from typing import Final

from simulators.qpay.checkout.outcomes import Outcome
from simulators.qpay.state.invoices import Invoice

DEFAULT_DELAY_SECONDS: Final = 5

_FAILURE_BUTTONS: Final[Mapping[Outcome, tuple[str, str]]] = {
    Outcome.UNDERPAID: ("Pay half", "Half of the amount is paid, the invoice stays open, QPay calls back."),
    Outcome.FAILED: ("Fail", "The payment fails. QPay does not call back."),
    Outcome.PAID_TWICE: ("Pay twice", "The customer pays the whole amount two times, QPay calls back for each."),
    Outcome.PAID_WITHOUT_CALLBACK: ("Pay, lose the callback", "Paid, but QPay sends no callback."),
    Outcome.CALLBACK_TWICE: ("Pay, call back twice", "One payment, its callback is delivered two times."),
    Outcome.PAID_LATE_CALLBACK: ("Pay, call back late", "One payment, its callback comes after the delay."),
}


def payment_form(invoice: Invoice, *, amount: str) -> str:
    others = "".join(_failure_button(outcome, *texts) for outcome, texts in _FAILURE_BUTTONS.items())
    return (
        f'<form class="card" method="post" action="/checkout/{escape(invoice.invoice_id)}">'
        "<h2>Play the customer</h2>"
        "<fieldset><legend>Method</legend>"
        '<label><input type="radio" name="method" value="P2P" checked> P2P (bank account)</label>'
        '<label><input type="radio" name="method" value="CARD"> CARD</label></fieldset>'
        f'<button class="pay" name="outcome" value="paid">Pay {escape(amount)}</button>'
        f'<h3>Or let something go wrong</h3><ul class="others">{others}</ul></form>'
    )


def _failure_button(outcome: Outcome, label: str, meaning: str) -> str:
    hint = f"about-{outcome}"
    delay = (
        '<label class="delay">Delay, seconds <input type="number" name="delaySeconds" min="0" max="86400" step="any"'
        f' value="{DEFAULT_DELAY_SECONDS}"></label>'
        if outcome is Outcome.PAID_LATE_CALLBACK
        else ""
    )
    return (
        f'<li><button name="outcome" value="{outcome}" aria-describedby="{hint}">{escape(label)}</button>'
        f'<p id="{hint}">{escape(meaning)}</p>{delay}</li>'
    )
