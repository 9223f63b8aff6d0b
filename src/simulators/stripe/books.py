"""What Stripe keeps: payment intents, charges and refunds, and what happens to them."""

import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from simulators.stripe.errors import ApiError, invalid, missing, unexpected_state
from simulators.stripe.store import Document, Store

DECLINED: Final = "pm_card_chargeDeclined"
PENDING_REFUND: Final = "pm_card_pendingRefund"
PAYMENT_METHODS: Final = frozenset({"pm_card_visa", "pm_card_mastercard", PENDING_REFUND, DECLINED})
INTENT, CHARGE, REFUND = "payment_intent", "charge", "refund"
_CONFIRMABLE: Final = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
_CANCELLABLE: Final = _CONFIRMABLE | {"requires_capture"}
_COUNTING: Final = frozenset({"succeeded", "pending", "requires_action"})
AUTHORISED_SECONDS: Final = 7 * 86_400
"""How long an authorisation lasts."""
_LEAST: Final = {"usd": 50, "eur": 50, "gbp": 30, "jpy": 50, "cad": 50, "aud": 50}
_MOST: Final = 99_999_999
_CURRENCIES: Final = "aed aud cad chf cny czk dkk eur gbp inr isk jpy krw kzt mga mnt nok pln sek ugx usd"
_THREE_DECIMALS: Final = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})

Happened = Callable[[str, Document], None]
"""Takes the type of an event and its object."""


class Books:
    """Every method that changes something runs in one transaction, with its events."""

    def __init__(self, store: Store, happened: Happened) -> None:
        self._store = store
        self._happened = happened

    def intent(self, intent_id: str, *, param: str = "intent", status: HTTPStatus = HTTPStatus.NOT_FOUND) -> Document:
        """Return a payment intent, or raise `ApiError`."""
        found = self._store.get(INTENT, intent_id)
        if found is None:
            raise missing(INTENT, intent_id, param=param, status=status)
        charge = self.charge_of(found) if found["status"] == "requires_capture" else None
        if charge is not None and charge["created"] + AUTHORISED_SECONDS <= _now():
            return self._cancel(found, "automatic")
        return found

    def charge_of(self, intent: Document) -> Document | None:
        """Return the latest charge of a payment intent."""
        return None if intent["latest_charge"] is None else self._store.get(CHARGE, intent["latest_charge"])

    def create_intent(
        self, *, amount: int, currency: str, description: str | None, metadata: dict[str, str], capture_method: str
    ) -> Document:
        """Add a payment intent that waits for a payment method."""
        _check_amount(amount, currency)
        intent_id = _new_id("pi")
        intent: Document = {
            "id": intent_id,
            "object": INTENT,
            "amount": amount,
            "amount_capturable": 0,
            "amount_received": 0,
            "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
            "canceled_at": None,
            "cancellation_reason": None,
            "capture_method": capture_method,
            "client_secret": f"{intent_id}_secret_{secrets.token_hex(12)}",
            "confirmation_method": "automatic",
            "created": _now(),
            "currency": currency,
            "description": description,
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": metadata,
            "payment_method": None,
            "payment_method_types": ["card"],
            "status": "requires_payment_method",
        }
        self._save(intent, "payment_intent.created")
        return intent

    def confirm(self, intent_id: str, payment_method: str) -> Document:
        """Charge the payment method: the money is received at once, or only authorised with manual capture."""
        intent = self.intent(intent_id)
        if payment_method not in PAYMENT_METHODS:
            raise missing("PaymentMethod", payment_method, param="payment_method", status=HTTPStatus.BAD_REQUEST)
        if intent["status"] not in _CONFIRMABLE:
            raise unexpected_state(intent, "confirm")
        declined = payment_method == DECLINED
        held = intent["capture_method"] == "manual"
        charge = _charge(intent, payment_method, paid=not declined, captured=not (declined or held))
        self._store.put(charge)
        intent |= {"latest_charge": charge["id"], "payment_method": payment_method}
        if declined:
            error = {"code": "card_declined", "message": "Your card was declined.", "type": "card_error"}
            intent |= {"last_payment_error": error, "payment_method": None, "status": "requires_payment_method"}
            self._happened("charge.failed", charge)
            self._save(intent, "payment_intent.payment_failed")
            return intent
        if held:
            intent |= {"amount_capturable": intent["amount"], "status": "requires_capture"}
            self._save(intent, "payment_intent.amount_capturable_updated")
            return intent
        intent |= {"amount_received": intent["amount"], "last_payment_error": None, "status": "succeeded"}
        self._happened("charge.succeeded", charge)
        self._save(intent, "payment_intent.succeeded")
        return intent

    def capture(self, intent_id: str, amount: int | None) -> Document:
        """Take an authorised amount, or a part of it; the rest is released."""
        intent = self.intent(intent_id)
        charge = self.charge_of(intent)
        if intent["status"] != "requires_capture" or charge is None:
            raise unexpected_state(intent, "capture")
        captured_amount = intent["amount_capturable"] if amount is None else amount
        if not 0 < captured_amount <= intent["amount_capturable"]:
            raise invalid("The amount to capture is not capturable", param="amount_to_capture", kept=True)
        if intent["currency"] in _THREE_DECIMALS and captured_amount % 10:
            raise invalid("The last digit of an amount with three decimals must be 0", param="amount_to_capture")
        charge |= {"amount_captured": captured_amount, "captured": True}
        charge |= {"amount_refunded": charge["amount"] - captured_amount}
        intent |= {"amount_capturable": 0, "amount_received": captured_amount, "status": "succeeded"}
        self._store.put(charge)
        self._happened("charge.captured", charge)
        self._save(intent, "payment_intent.succeeded")
        return intent

    def cancel(self, intent_id: str, reason: str | None) -> Document:
        """Cancel an intent that was not paid; an authorised amount is released."""
        intent = self.intent(intent_id)
        if intent["status"] not in _CANCELLABLE:
            raise unexpected_state(intent, "cancel")
        return self._cancel(intent, reason)

    def expire(self, intent_id: str) -> Document:
        """Let an authorisation expire, as after seven days."""
        intent = self.intent(intent_id)
        return self._cancel(intent, "automatic") if intent["status"] == "requires_capture" else intent

    def _cancel(self, intent: Document, reason: str | None) -> Document:
        intent |= {
            "amount_capturable": 0,
            "canceled_at": _now(),
            "cancellation_reason": reason,
            "status": "canceled",
        }
        self._save(intent, "payment_intent.canceled")
        return intent

    def refund(self, intent_id: str, amount: int | None, metadata: dict[str, str], status: str) -> Document:
        """Pay a captured charge back, in full or in part; never more than is left of it."""
        intent = self.intent(intent_id, param="payment_intent", status=HTTPStatus.BAD_REQUEST)
        charge = self.charge_of(intent)
        if charge is None or not charge["captured"]:
            message = f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
            raise invalid(message, param="payment_intent", kept=True)
        left = charge["amount"] - charge["amount_refunded"]
        if left == 0:
            message = f"Charge {charge['id']} has already been refunded."
            raise invalid(message, code="charge_already_refunded", kept=True)
        paid_back = left if amount is None else amount
        if paid_back < 1:
            raise invalid("Invalid positive integer", code="parameter_invalid_integer", param="amount")
        if paid_back > left:
            message = f"Refund amount ({paid_back}) is greater than unrefunded amount on charge ({left})"
            raise invalid(message, param="amount", kept=True)
        if charge["payment_method"] == PENDING_REFUND:
            status = "pending"
        refund: Document = {
            "id": _new_id("re"),
            "object": REFUND,
            "amount": paid_back,
            "charge": charge["id"],
            "created": _now(),
            "currency": charge["currency"],
            "metadata": metadata,
            "payment_intent": intent_id,
            "reason": None,
            "status": status,
        }
        self._store.put(refund)
        if status in _COUNTING:
            self._move_refunded(charge, paid_back)
        self._happened("refund.created", refund)
        if status in _COUNTING:
            self._happened("charge.refunded", charge)
        return refund

    def end_refund(self, refund_id: str, status: str) -> Document:
        """End a refund later, as the customer's bank does: a failed one gives the money back to the merchant."""
        refund = self._store.get(REFUND, refund_id)
        if refund is None:
            raise missing(REFUND, refund_id)
        charge = self._store.get(CHARGE, refund["charge"])
        if charge is not None and refund["status"] in _COUNTING and status == "failed":
            self._move_refunded(charge, -refund["amount"])
        refund["status"] = status
        self._save(refund, "refund.failed" if status == "failed" else "refund.updated")
        return refund

    def newest_first(self, kind: str) -> list[Document]:
        """Return all objects of a kind."""
        return self._store.newest_first(kind)

    def _move_refunded(self, charge: Document, amount: int) -> None:
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self._store.put(charge)

    def _save(self, document: Document, event: str) -> None:
        self._store.put(document)
        self._happened(event, document)


def _check_amount(amount: int, currency: str) -> None:
    if currency not in _CURRENCIES.split() and currency not in _THREE_DECIMALS:
        raise invalid(f"Invalid currency: {currency}.", param="currency")
    if amount < _LEAST.get(currency, 1):
        raise invalid("Amount must be at least the minimum", code="amount_too_small", param="amount")
    if amount > _MOST:
        raise invalid("Amount must be no more than 99999999", code="amount_too_large", param="amount")
    if currency in _THREE_DECIMALS and amount % 10:
        raise invalid("The last digit of an amount with three decimals must be 0", param="amount")
    if currency in {"isk", "ugx"} and amount % 100:
        raise invalid("Amounts of this currency have no decimals", param="amount")


def _charge(intent: Document, payment_method: str, *, paid: bool, captured: bool) -> Document:
    return {
        "id": _new_id("ch"),
        "object": CHARGE,
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if captured else 0,
        "amount_refunded": 0,
        "billing_details": {"address": None, "email": "payer@example.com", "name": "Card Holder", "phone": None},
        "captured": captured,
        "created": _now(),
        "currency": intent["currency"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": None if paid else "card_declined",
        "livemode": False,
        "metadata": intent["metadata"],
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": payment_method,
        "payment_method_details": {"card": {"brand": "visa", "last4": "4242"}, "type": "card"},
        "refunded": False,
        "status": "succeeded" if paid else "failed",
    }


def card_declined(intent: Document) -> ApiError:
    """402: the answer to a confirmation whose charge failed."""
    more = {"decline_code": "generic_decline", "payment_intent": intent}
    return ApiError(
        HTTPStatus.PAYMENT_REQUIRED,
        "card_error",
        "Your card was declined.",
        code="card_declined",
        kept=True,
        more=more,
    )


def _new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def _now() -> int:
    return int(time.time())
