"""The payment gateway port implemented with Stripe's PaymentIntents.

The customer pays with Stripe.js in the front end, which needs the intent's client secret. Nothing about the customer
is sent to Stripe: one whose card is kept is a Stripe customer without a name.
"""

import asyncio
import hmac
import logging
import math
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

import httpx
import msgspec
import stripe

from adapters.kit.http_responses import UnusableResponse
from adapters.kit.opened import Opened
from adapters.stripe.currencies import CHARGEABLE, from_stripe, to_stripe
from adapters.stripe.transport import StripeTransport
from adapters.stripe.wire import (
    INTENT,
    ORDER_NUMBER,
    PAYMENT_ID,
    REFUND_ID,
    SETUP,
    Charge,
    Charges,
    Customer,
    Intent,
    Method,
    Refund,
    Refunds,
    Setup,
    read,
)
from booking_domain.payments.chargeable import Chargeable
from booking_domain.payments.errors import GatewayUnavailable, NotChargeable
from booking_domain.payments.model import Invoice
from booking_domain.payments.ports import (
    CaptureOrder,
    ChargeOrder,
    ChargeOutcome,
    GatewayPayment,
    GatewayReport,
    InvoiceOrder,
    MethodForm,
    PaymentGateway,
    RefundOrder,
    RefundOutcome,
)
from booking_domain.shared.kept_methods import KeptMethod
from booking_domain.shared.money import Money

_LOG = logging.getLogger(__name__)
_PAGE: Final = 100
_MOST_PAGES: Final = 1_000
_MOST_DESCRIPTION: Final = 255
_NOTHING_TO_DO: Final = frozenset({"payment_intent_unexpected_state", "resource_missing"})
_NOT_CHARGEABLE: Final = frozenset({"amount_too_small", "amount_too_large"})
_LATER: Final = frozenset({"balance_insufficient", "lock_timeout", "rate_limit"})
"""Refusals of a refund that may succeed later."""
_AUTHENTICATION: Final = "authentication_required"
_OUTCOMES: Final = {
    "succeeded": RefundOutcome.MADE,
    "pending": RefundOutcome.PENDING,
    "requires_action": RefundOutcome.PENDING,
}
"""What has come of a refund; with any other status (`failed`, `canceled`) it has moved no money."""


class StripeGateway(Opened, PaymentGateway):
    """Opened and closed with `async with`. `timeout_seconds` bounds each request."""

    def __init__(
        self,
        *,
        secret_key: str,
        card_key: bytes,
        base_url: str = "https://api.stripe.com",
        timeout_seconds: float = 10.0,
    ) -> None:
        """`card_key` makes digests of cards."""
        self._secret_key = secret_key
        self._card_key = card_key
        self._base_url = base_url
        self._timeout_seconds = timeout_seconds
        self._transport: StripeTransport | None = None
        self._client: stripe.StripeClient | None = None

    @property
    def name(self) -> str:
        return "stripe"

    @property
    def chargeable(self) -> Chargeable:
        return CHARGEABLE

    @property
    def refunds_parts(self) -> bool:
        return True

    @property
    def authorises(self) -> bool:
        return True

    @property
    def keeps_methods(self) -> bool:
        return True

    async def open(self) -> None:
        self._transport = StripeTransport(self._timeout_seconds)
        self._client = stripe.StripeClient(
            self._secret_key,
            base_addresses={"api": self._base_url},
            http_client=self._transport,
            max_network_retries=0,
        )

    async def close(self) -> None:
        if self._transport is not None:
            await self._transport.close_async()
        self._transport = self._client = None

    async def create_invoice(self, order: InvoiceOrder) -> Invoice:
        """As in the port; raises `NotChargeable` for an amount that Stripe refuses.

        `payable_until` is not sent to Stripe: a late payment can still be handled.
        """
        if not CHARGEABLE.accepts(order.amount):
            raise NotChargeable
        try:
            async with self._client_call("create a payment intent") as client:
                params: stripe.params.PaymentIntentCreateParams = {
                    "amount": to_stripe(order.amount),
                    "currency": order.amount.currency.lower(),
                    "automatic_payment_methods": {"enabled": True},
                    "capture_method": "manual" if order.authorise else "automatic",
                    "description": order.description[:_MOST_DESCRIPTION] or order.order_number,
                    "metadata": {PAYMENT_ID: str(order.payment_id), ORDER_NUMBER: order.order_number},
                }
                if order.keep_method:
                    params |= {"customer": await self._payer(order, client), "setup_future_usage": "off_session"}
                options: stripe.RequestOptions = {"idempotency_key": order.order_number}
                found = await client.v1.payment_intents.create_async(params=params, options=options)
                intent = read(found, Intent)
                if intent.client_secret is None:
                    raise UnusableResponse("a payment intent without a client secret")
        except stripe.InvalidRequestError as error:
            if error.code in _NOT_CHARGEABLE or error.param == "currency":
                raise NotChargeable from None
            raise self._unavailable("create a payment intent", error) from None
        return Invoice(
            reference=intent.id, qr_text="", qr_image="", checkout_url="", client_secret=intent.client_secret
        )

    async def _payer(self, order: InvoiceOrder, client: stripe.StripeClient) -> str:
        """The customer whose method is kept."""
        if order.payer:
            return order.payer
        options: stripe.RequestOptions = {"idempotency_key": f"customer-{order.order_number}"}
        return read(await client.v1.customers.create_async(options=options), Customer).id

    async def report(self, invoice_reference: str, currency: str) -> GatewayReport:
        if re.match(INTENT, invoice_reference) is None:
            raise GatewayUnavailable(gateway=self.name)
        try:
            async with self._client_call("retrieve a payment intent") as client:
                found = await client.v1.payment_intents.retrieve_async(
                    invoice_reference, params={"expand": ["latest_charge"]}
                )
                return _report_of(read(found, Intent), currency, self._card_key)
        except stripe.InvalidRequestError as error:
            raise self._unavailable("retrieve a payment intent", error) from None

    async def order_number(self, invoice_reference: str) -> str | None:
        if re.match(INTENT, invoice_reference) is None:
            return None
        try:
            async with self._client_call("retrieve a payment intent") as client:
                found = await client.v1.payment_intents.retrieve_async(invoice_reference)
                return read(found, Intent).metadata.get(ORDER_NUMBER)
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing":
                return None
            raise self._unavailable("retrieve a payment intent", error) from None

    async def cancel_invoice(self, invoice_reference: str) -> None:
        if re.match(INTENT, invoice_reference) is None:
            return  # not a payment intent
        try:
            async with self._client_call("cancel a payment intent") as client:
                read(await client.v1.payment_intents.cancel_async(invoice_reference), Intent)
        except stripe.InvalidRequestError as error:
            if error.code not in _NOTHING_TO_DO:
                raise self._unavailable("cancel a payment intent", error) from None

    async def capture(self, order: CaptureOrder) -> None:
        """As in the port. Stripe captures an intent once, and releases the rest."""
        if re.match(INTENT, order.invoice_reference) is None:
            return  # not a payment intent
        try:
            async with self._client_call("capture a payment intent") as client:
                found = await client.v1.payment_intents.capture_async(
                    order.invoice_reference,
                    params={"amount_to_capture": to_stripe(order.amount)},
                    options={"idempotency_key": f"capture-{order.payment_id}-{order.amount.amount}"},
                )
                read(found, Intent)
        except stripe.InvalidRequestError as error:
            if error.code not in _NOTHING_TO_DO:
                raise self._unavailable("capture a payment intent", error) from None

    async def charge(self, order: ChargeOrder) -> ChargeOutcome:
        """As in the port. The answer to a try is kept under its key, also that the card was declined."""
        if re.match(INTENT, order.invoice_reference) is None:
            raise GatewayUnavailable(gateway=self.name)
        try:
            async with self._client_call("charge a kept method") as client:
                return await _charged(order, client)
        except stripe.InvalidRequestError as error:
            # The payer has paid, or the intent was cancelled; else the method is no longer kept.
            known = error.code == "payment_intent_unexpected_state"
            return ChargeOutcome.TAKEN if known else ChargeOutcome.DECLINED

    async def open_method_form(self, payer: str) -> MethodForm:
        try:
            async with self._client_call("create a setup intent") as client:
                found = await client.v1.setup_intents.create_async(
                    params={"customer": payer, "usage": "off_session", "automatic_payment_methods": {"enabled": True}}
                )
                setup = read(found, Setup)
                if setup.client_secret is None:
                    raise UnusableResponse("a setup intent without a client secret")
        except stripe.InvalidRequestError as error:
            raise self._unavailable("create a setup intent", error) from None
        return MethodForm(reference=setup.id, client_secret=setup.client_secret)

    async def entered_method(self, form_reference: str) -> KeptMethod | None:
        if re.match(SETUP, form_reference) is None:
            raise GatewayUnavailable(gateway=self.name)
        try:
            async with self._client_call("retrieve a setup intent") as client:
                found = await client.v1.setup_intents.retrieve_async(
                    form_reference, params={"expand": ["payment_method"]}
                )
                setup = read(found, Setup)
        except stripe.InvalidRequestError as error:
            raise self._unavailable("retrieve a setup intent", error) from None
        method = setup.payment_method
        if setup.status != "succeeded" or method is None:
            return None
        return _kept(setup.customer, method.id, method)

    async def forget_method(self, method: KeptMethod) -> None:
        try:
            async with self._client_call("detach a payment method") as client:
                await client.v1.payment_methods.detach_async(method.reference)
        except stripe.InvalidRequestError:
            return  # it is not attached

    async def refund(self, order: RefundOrder) -> RefundOutcome:
        """As in the port.

        Stripe forgets an idempotency key after a day or more, and an order may be repeated later than that. So the
        intent's refunds are read first: ours has our id, and one from Stripe's dashboard counts too.
        """
        if re.match(INTENT, order.invoice_reference) is None:
            return RefundOutcome.IMPOSSIBLE
        try:
            known = _outcome_of(await self._refunds_of(order.invoice_reference), order)
            return await self._create_refund(order) if known is None else known
        except stripe.InvalidRequestError as error:
            if error.code in _LATER:
                raise self._unavailable("refund", error) from None
            _LOG.warning("Stripe: refund %s is impossible: %s", order.refund_id, _reason(error))
            return RefundOutcome.IMPOSSIBLE

    async def payments_between(self, start: datetime, end: datetime) -> Sequence[GatewayPayment]:
        """As in the port. A payment by a delayed method, such as a bank debit, has the time when it was begun."""
        found: list[GatewayPayment] = []
        after: str | None = None
        for _ in range(_MOST_PAGES):
            page = await self._page_of_charges(start, end, after)
            found += [_payment_of(charge) for charge in page.data if _is_ours(charge)]
            if not page.has_more:
                return [each for each in found if each.paid_at is not None and start <= each.paid_at < end]
            if not page.data or page.data[-1].id == after:
                break
            after = page.data[-1].id
        raise GatewayUnavailable(gateway=self.name)

    async def _page_of_charges(self, start: datetime, end: datetime, after: str | None) -> Charges:
        try:
            async with self._client_call("list charges") as client:
                found = await client.v1.charges.list_async(
                    params={
                        "created": {"gte": math.floor(start.timestamp()), "lt": math.ceil(end.timestamp())},
                        "limit": _PAGE,
                        **({} if after is None else {"starting_after": after}),
                    }
                )
                return read(found, Charges)
        except stripe.InvalidRequestError as error:
            raise self._unavailable("list charges", error) from None

    async def _refunds_of(self, invoice_reference: str) -> list[Refund]:
        async with self._client_call("list refunds") as client:
            params: stripe.params.RefundListParams = {"payment_intent": invoice_reference, "limit": _PAGE}
            page = read(await client.v1.refunds.list_async(params=params), Refunds)
            if page.has_more:
                raise UnusableResponse("more refunds than a page")
            return page.data

    async def _create_refund(self, order: RefundOrder) -> RefundOutcome:
        async with self._client_call("refund") as client:
            found = await client.v1.refunds.create_async(
                params={
                    "payment_intent": order.invoice_reference,
                    "amount": to_stripe(order.amount),
                    "metadata": {REFUND_ID: str(order.refund_id)},
                },
                options={"idempotency_key": f"refund-{order.refund_id}"},
            )
            made = read(found, Refund)
            if from_stripe(made.amount, made.currency) != order.amount:
                raise UnusableResponse("a refund of another amount")
            return _OUTCOMES.get(made.status or "", RefundOutcome.IMPOSSIBLE)

    @asynccontextmanager
    async def _client_call(self, operation: str) -> AsyncIterator[stripe.StripeClient]:
        """Yield the client; enforce the deadline and map errors to `GatewayUnavailable`; log no response content.

        `InvalidRequestError`, with which Stripe refuses a request without an effect, is for the caller.
        """
        if self._client is None:
            raise RuntimeError("the gateway is not open")
        try:
            async with asyncio.timeout(self._timeout_seconds):
                yield self._client
        except stripe.InvalidRequestError:
            raise
        except (stripe.StripeError, UnusableResponse, httpx.HTTPError, httpx.StreamError, TimeoutError) as error:
            raise self._unavailable(operation, error) from None

    def _unavailable(self, operation: str, error: Exception) -> GatewayUnavailable:
        _LOG.warning("Stripe: no usable response to %s: %s", operation, _reason(error))
        return GatewayUnavailable(gateway=self.name)


async def _charged(order: ChargeOrder, client: stripe.StripeClient) -> ChargeOutcome:
    try:
        found = await client.v1.payment_intents.confirm_async(
            order.invoice_reference,
            params={"payment_method": order.method.reference, "off_session": True},
            options={"idempotency_key": f"charge-{order.payment_id}-{order.attempt}"},
        )
    except stripe.CardError as error:
        return ChargeOutcome.AUTHENTICATION if error.code == _AUTHENTICATION else ChargeOutcome.DECLINED
    waits = read(found, Intent).status == "requires_action"
    return ChargeOutcome.AUTHENTICATION if waits else ChargeOutcome.TAKEN


def _reason(error: Exception) -> str:
    """What may be logged. A message of Stripe may quote keys and values."""
    if isinstance(error, stripe.StripeError):
        return f"{type(error).__name__} {error.http_status} {error.code or 'without a code'}"
    return str(error) if isinstance(error, UnusableResponse) else type(error).__name__


def _report_of(intent: Intent, currency: str, card_key: bytes) -> GatewayReport:
    charge = intent.latest_charge
    if intent.currency.upper() != currency:
        raise UnusableResponse("a payment intent in another currency")
    if isinstance(charge, str):
        raise UnusableResponse("a charge that was not expanded")
    received = from_stripe(intent.amount_received, intent.currency)
    if received:
        if charge is None or not charge.collected:
            raise UnusableResponse("a payment without a charge")
        # What was authorised and not captured counts as refunded.
        refunded = from_stripe(charge.amount_refunded, charge.currency)
        received = from_stripe(charge.amount, charge.currency).excess_over(refunded)
    shown = None if charge is None else msgspec.structs.replace(charge, payment_method_details=None)
    raw = msgspec.json.encode(msgspec.structs.replace(intent, client_secret=None, latest_charge=shown)).decode()
    if intent.status != "requires_capture":
        closed, kept = intent.status == "canceled", _kept_of(intent, charge)
        digest = _card_digest(charge, card_key) if received else b""
        return GatewayReport(received=received, raw=raw, closed=closed, kept=kept, card_digest=digest)
    if charge is None:
        raise UnusableResponse("an authorisation without a charge")
    return GatewayReport(
        received=received,
        raw=raw,
        authorised=from_stripe(intent.amount_capturable, intent.currency),
        authorised_at=datetime.fromtimestamp(charge.created, UTC),
        card_digest=_card_digest(charge, card_key),
    )


def _card_digest(charge: Charge | None, key: bytes) -> bytes:
    """A digest of the card by which it is known again; empty without one."""
    card = None if charge is None or charge.payment_method_details is None else charge.payment_method_details.card
    return hmac.digest(key, card.fingerprint.encode(), "sha256") if card is not None and card.fingerprint else b""


def _kept_of(intent: Intent, charge: Charge | None) -> KeptMethod | None:
    if intent.setup_future_usage is None or intent.status != "succeeded" or charge is None:
        return None
    if intent.customer is None or intent.payment_method is None:
        return None
    return _kept(intent.customer, intent.payment_method, charge.payment_method_details or Method())


def _kept(payer: str, reference: str, method: Method) -> KeptMethod:
    card = method.card
    if card is None:
        return KeptMethod(payer=payer, reference=reference, label=method.type)
    label = f"{card.brand.capitalize()} {card.last4}"
    return KeptMethod(payer=payer, reference=reference, label=label)


def _outcome_of(refunds: Sequence[Refund], order: RefundOrder) -> RefundOutcome | None:
    """What has come of the order: of the refund with its id, or of others that have paid back as much.

    None: nothing was refunded for it. Refunds that failed have paid nothing back.
    """
    ours = [refund for refund in refunds if refund.metadata.get(REFUND_ID) == str(order.refund_id)]
    if ours:
        return next(
            (outcome for refund in ours if (outcome := _OUTCOMES.get(refund.status or "")) is not None),
            RefundOutcome.IMPOSSIBLE,
        )
    paid_back = Money.zero(order.amount.currency)
    outcomes = set()
    for refund in refunds:
        outcome = _OUTCOMES.get(refund.status or "")
        if outcome is not None:
            paid_back += from_stripe(refund.amount, refund.currency)
            outcomes.add(outcome)
    if paid_back.excess_over(order.returned_before) < order.amount:
        return None
    return RefundOutcome.PENDING if RefundOutcome.PENDING in outcomes else RefundOutcome.MADE


def _is_ours(charge: Charge) -> bool:
    return charge.collected and charge.payment_intent is not None and PAYMENT_ID in charge.metadata


def _payment_of(charge: Charge) -> GatewayPayment:
    return GatewayPayment(
        reference=charge.id,
        invoice_reference=charge.payment_intent or "",
        amount=from_stripe(charge.amount_captured, charge.currency),
        refunded=charge.refunded,
        paid_at=datetime.fromtimestamp(charge.created, UTC),
    )
