"""What Stripe keeps: customers with their payment methods, intents, charges and refunds, and what happens to them."""

import secrets
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from simulators.stripe.errors import ApiError, invalid, missing, unexpected_state
from simulators.stripe.store import Document, Store

DECLINED: Final = "pm_card_chargeDeclined"
PENDING_REFUND: Final = "pm_card_pendingRefund"
AUTHENTICATED: Final = "pm_card_authenticationRequired"
"""A card whose customer has to authenticate each payment, so that none can be made without them."""
TEST_CARDS: Final[Mapping[str, tuple[str, str]]] = {
    "pm_card_visa": ("visa", "4242"),
    "pm_card_mastercard": ("mastercard", "4444"),
    PENDING_REFUND: ("visa", "7726"),
    DECLINED: ("visa", "0002"),
    AUTHENTICATED: ("visa", "3184"),
}
"""The payment methods of tests: their brand, and the last digits of their number."""
INTENT, CHARGE, REFUND = "payment_intent", "charge", "refund"
CUSTOMER, METHOD, SETUP = "customer", "payment_method", "setup_intent"
BEHAVIOURS: Final = frozenset({"accepted", "card_declined", "authentication_required"})
"""What comes of charging a kept payment method while its customer is away."""
_MESSAGES: Final = {
    "card_declined": "Your card was declined.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}
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

    def create_customer(self, metadata: dict[str, str]) -> Document:
        """Add a customer, without anything personal."""
        customer: Document = {
            "id": _new_id("cus"),
            "object": CUSTOMER,
            "created": _now(),
            "email": None,
            "livemode": False,
            "metadata": metadata,
            "name": None,
        }
        self._save(customer, "customer.created")
        return customer

    def create_setup(self, customer: str, metadata: dict[str, str]) -> Document:
        """Add a setup intent, which keeps a payment method of a customer without a payment."""
        self._require_customer(customer)
        setup_id = _new_id("seti")
        setup: Document = {
            "id": setup_id,
            "object": SETUP,
            "client_secret": f"{setup_id}_secret_{secrets.token_hex(12)}",
            "created": _now(),
            "customer": customer,
            "last_setup_error": None,
            "livemode": False,
            "metadata": metadata,
            "payment_method": None,
            "payment_method_types": ["card"],
            "status": "requires_payment_method",
            "usage": "off_session",
        }
        self._save(setup, "setup_intent.created")
        return setup

    def setup(self, setup_id: str) -> Document:
        """Return a setup intent, or raise `ApiError`."""
        found = self._store.get(SETUP, setup_id)
        if found is None:
            raise missing("setupintent", setup_id, param="intent")
        return found

    def confirm_setup(self, setup_id: str, payment_method: str) -> Document:
        """Keep a payment method of the customer, who is there and authenticates it if need be."""
        setup = self.setup(setup_id)
        _require_test_card(payment_method)
        if setup["status"] != "requires_payment_method":
            raise unexpected_state(setup, "confirm")
        if payment_method == DECLINED:
            setup |= {"last_setup_error": _card_error("card_declined")}
            self._save(setup, "setup_intent.setup_failed")
            return setup
        kept = self._keep(payment_method, setup["customer"])
        setup |= {"payment_method": kept["id"], "status": "succeeded", "last_setup_error": None}
        self._save(setup, "setup_intent.succeeded")
        return setup

    def method(self, method_id: str) -> Document:
        """Return a kept payment method, or raise `ApiError`."""
        found = self._store.get(METHOD, method_id)
        if found is None:
            raise missing("PaymentMethod", method_id, param="payment_method", status=HTTPStatus.BAD_REQUEST)
        return found

    def behave(self, method_id: str, behaviour: str) -> Document:
        """Let a kept payment method behave so from now on, as a bank decides."""
        method = self.method(method_id)
        method["behaviour"] = behaviour
        self._store.put(method)
        return method

    def detach(self, method_id: str) -> Document:
        """Keep a payment method no longer."""
        method = self.method(method_id) | {"customer": None}
        self._save(method, "payment_method.detached")
        return method

    def _keep(self, payment_method: str, customer: str) -> Document:
        brand, last4 = TEST_CARDS[payment_method]
        method: Document = {
            "id": _new_id("pm"),
            "object": METHOD,
            "behaviour": "authentication_required" if payment_method == AUTHENTICATED else "accepted",
            "card": {"brand": brand, "fingerprint": f"fp{brand}{last4}", "last4": last4},
            "created": _now(),
            "customer": customer,
            "livemode": False,
            "type": "card",
        }
        self._save(method, "payment_method.attached")
        return method

    def _require_customer(self, customer: str) -> None:
        if self._store.get(CUSTOMER, customer) is None:
            raise missing(CUSTOMER, customer, param="customer", status=HTTPStatus.BAD_REQUEST)

    def create_intent(
        self,
        *,
        amount: int,
        currency: str,
        description: str | None,
        metadata: dict[str, str],
        capture_method: str,
        customer: str | None = None,
        setup_future_usage: str | None = None,
    ) -> Document:
        """Add a payment intent that waits for a payment method."""
        _check_amount(amount, currency)
        if customer is not None:
            self._require_customer(customer)
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
            "customer": customer,
            "description": description,
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": metadata,
            "payment_method": None,
            "payment_method_types": ["card"],
            "setup_future_usage": setup_future_usage,
            "status": "requires_payment_method",
        }
        self._save(intent, "payment_intent.created")
        return intent

    def confirm(self, intent_id: str, payment_method: str, *, off_session: bool = False) -> Document:
        """Charge the payment method: the money is received at once, or only authorised with manual capture.

        Of an intent with `setup_future_usage` the method is kept for its customer. `off_session`: the customer is away,
        so they cannot authenticate.
        """
        intent = self.intent(intent_id)
        kept = None if payment_method in TEST_CARDS else self._kept(payment_method, intent)
        if intent["status"] not in _CONFIRMABLE:
            raise unexpected_state(intent, "confirm")
        failure = _failure(payment_method, kept, off_session=off_session)
        held = intent["capture_method"] == "manual"
        charge = _charge(intent, payment_method, kept, failure=failure, captured=not (failure or held))
        self._store.put(charge)
        intent["latest_charge"] = charge["id"]
        if failure:
            error = _card_error(failure)
            intent |= {"last_payment_error": error, "payment_method": None, "status": "requires_payment_method"}
            self._happened("charge.failed", charge)
            self._save(intent, "payment_intent.payment_failed")
            return intent
        if kept is None and intent["customer"] is not None and intent["setup_future_usage"] is not None:
            kept = self._keep(payment_method, intent["customer"])
        intent["payment_method"] = payment_method if kept is None else kept["id"]
        if held:
            intent |= {"amount_capturable": intent["amount"], "status": "requires_capture"}
            self._save(intent, "payment_intent.amount_capturable_updated")
            return intent
        intent |= {"amount_received": intent["amount"], "last_payment_error": None, "status": "succeeded"}
        self._happened("charge.succeeded", charge)
        self._save(intent, "payment_intent.succeeded")
        return intent

    def _kept(self, method_id: str, intent: Document) -> Document:
        method = self.method(method_id)
        if method["customer"] is None or method["customer"] != intent["customer"]:
            message = "The provided PaymentMethod does not belong to the Customer of this PaymentIntent."
            raise invalid(message, param="payment_method")
        return method

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


def _require_test_card(payment_method: str) -> None:
    if payment_method not in TEST_CARDS:
        raise missing("PaymentMethod", payment_method, param="payment_method", status=HTTPStatus.BAD_REQUEST)


def _failure(payment_method: str, kept: Document | None, *, off_session: bool) -> str:
    """The code of the error; empty: it succeeds."""
    if kept is not None:
        behaviour: str = kept["behaviour"]
        fails = behaviour == "card_declined" or (off_session and behaviour == "authentication_required")
        return behaviour if fails else ""
    if payment_method == AUTHENTICATED and off_session:
        return "authentication_required"
    return "card_declined" if payment_method == DECLINED else ""


def _card_error(code: str) -> Document:
    return {"code": code, "message": _MESSAGES[code], "type": "card_error"}


def _charge(intent: Document, payment_method: str, kept: Document | None, *, failure: str, captured: bool) -> Document:
    brand, last4 = TEST_CARDS.get(payment_method, ("", ""))
    card = {"brand": brand, "fingerprint": f"fp{brand}{last4}", "last4": last4} if kept is None else kept["card"]
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
        "failure_code": failure or None,
        "livemode": False,
        "metadata": intent["metadata"],
        "paid": not failure,
        "payment_intent": intent["id"],
        "payment_method": payment_method,
        "payment_method_details": {"card": card, "type": "card"},
        "refunded": False,
        "status": "failed" if failure else "succeeded",
    }


def card_refused(intent: Document) -> ApiError:
    """402: the answer to a confirmation that failed, of a payment or a setup intent."""
    error = intent.get("last_payment_error") or intent["last_setup_error"]
    more = {"decline_code": "generic_decline"} if error["code"] == "card_declined" else {}
    return ApiError(
        HTTPStatus.PAYMENT_REQUIRED,
        "card_error",
        error["message"],
        code=error["code"],
        kept=True,
        more={**more, intent["object"]: intent},
    )


def _new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def _now() -> int:
    return int(time.time())
