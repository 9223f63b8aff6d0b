"""The simulated gateways of a server under test: customers pay there, and tests cut them off."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from booking_domain.testing.conformance.histories import History
from booking_domain.testing.conformance.remote import RemoteResponse, Server, Unexpected

_CURRENCY_OF_QPAY: Final = "MNT"
_STEP_OF_QPAY: Final = 100
_CUT_OFF: Final = 1_000_000
"""More calls than a history makes."""


class Gateways:
    """The simulators of QPay and Stripe at their addresses. Without an address, no history needs what it alone can."""

    def __init__(self, server: Server, *, qpay: str | None = None, stripe: str | None = None) -> None:
        self._server = server
        self._qpay = qpay
        self._stripe = stripe

    def why_not(self, history: History) -> str | None:
        """Return why the gateways cannot take part in the history; None if they can."""
        if self._stripe is None and not _takes_qpay(history):
            return f"QPay charges whole tögrög only ({_CURRENCY_OF_QPAY}): --stripe is not given"
        kinds = {step.do for step in history.steps}
        if self._qpay is None and (kinds & {"gateway", "callback"} or not _ordinary(history)):
            return "it needs the simulator of QPay: --qpay is not given"
        return None

    def gateway_of(self, history: History) -> str | None:
        """Return the gateway that the provider chooses; None: the server's own."""
        return None if _takes_qpay(history) else "stripe"

    def pay(self, bill: Mapping[str, Any], amount: int, callbacks: int) -> None:
        """Pay an amount in minor units, whatever has been paid before; the gateway calls back so many times."""
        if bill["gateway"] == "stripe":
            page = f"{self._stripe}/checkout/{bill['stripePaymentIntentId']}"
            paid = self._server.post_form(page, {"outcome": "paid"})
        elif self._qpay is None:
            outcome = "paid" if callbacks else "paid_without_callback"
            paid = self._server.post_form(bill["checkoutUrl"], {"outcome": outcome})
        else:
            payment = {"invoiceId": bill["qpayInvoiceId"], "amount": amount, "callbacks": callbacks}
            paid = self._server.call("POST", f"{self._qpay}/simulator/payments", payment)
        _done(paid, "paying at the simulator")

    def set_up(self, up: bool) -> None:  # noqa: FBT001 - the history's own word
        """Let QPay answer, or refuse every call."""
        switches = {} if up else {"busy": _CUT_OFF}
        _done(self._server.call("PUT", f"{self._qpay}/simulator/switches", switches), "setting the switches of QPay")

    def call_back(self, bill: Mapping[str, Any]) -> None:
        """Send the callback of a bill, as QPay does for a payment."""
        listed = self._server.call("GET", f"{self._qpay}/simulator/invoices")
        invoices = _done(listed, "listing the invoices of QPay")["invoices"]
        address = next(each["callbackUrl"] for each in invoices if each["invoiceId"] == bill["qpayInvoiceId"])
        _done(self._server.call("GET", f"{address}&qpay_payment_id=0"), "calling back")


def _takes_qpay(history: History) -> bool:
    return history.terms.price.currency == _CURRENCY_OF_QPAY and not any(
        amount % _STEP_OF_QPAY for amount in _charged(history)
    )


def _charged(history: History) -> Iterable[int]:
    """Return the amounts that a server must be able to charge: price, deposit, and deposits that are not refused."""
    deposits = (step.more["deposit"] for step in history.steps if step.refusal is None and "deposit" in step.more)
    return (history.terms.price.amount, history.terms.deposit.amount, *deposits)


def _ordinary(history: History) -> bool:
    """Whether each bill is paid once, whole, with one callback or none, as the checkout page of every server does."""
    paid = [step.more for step in history.steps if step.do == "pay"]
    purposes = [more.get("purpose", "deposit") for more in paid]
    return len(purposes) == len(set(purposes)) and not any(
        "amount" in more or more.get("callbacks", 1) > 1 for more in paid
    )


def _done(answer: RemoteResponse, what: str) -> dict[str, Any]:
    if not answer.done:
        raise Unexpected(f"{what}: {answer}")
    return answer.body if isinstance(answer.body, dict) else {}
