"""What the routes of gift cards take and answer."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta

from booking_domain.gift_cards.model import (
    MAX_CODE_TEXT,
    MAX_GIFT_CARD_REASON,
    MAX_MESSAGE,
    MAX_RECIPIENT_NAME,
    GiftCard,
    GiftCardEntry,
    GiftCardEntryKind,
    GiftCardStatus,
    Liability,
    Recipient,
    SaleMethod,
)
from booking_domain.identity.model import email_address
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.shared.phones import masked_contact
from booking_domain.use_cases.gift_cards.payments import PaidByGiftCard, PayByGiftCard
from booking_domain.use_cases.gift_cards.sales import (
    SellGiftCard,
)
from booking_domain.use_cases.orders.buy import OrderGiftCard
from entrypoints.http.accounts.schemas import Email
from entrypoints.http.kit.cursors import Page, PageQuery
from entrypoints.http.kit.fields import Body, Json, Locale, Phone, Timestamp
from entrypoints.http.kit.projection import members, projection

_MOST: Final = 2**53 - 1
CardCode = Annotated[str, Meta(min_length=1, max_length=MAX_CODE_TEXT)]
Reason = Annotated[str, Meta(min_length=1, max_length=MAX_GIFT_CARD_REASON)]


class RecipientBody(Body, frozen=True, kw_only=True):
    """For whom a gift card is."""

    name: Annotated[str, Meta(max_length=MAX_RECIPIENT_NAME)] = ""
    message: Annotated[str, Meta(max_length=MAX_MESSAGE)] = ""
    """To the recipient."""
    email: Email | None = None
    """Where it is sent."""
    phone: Phone | None = None
    """Where it is sent, if there is no e-mail address."""
    language: Locale = "en"
    """Of what is sent, and of the card."""


class SellGiftCardBody(Body, frozen=True, kw_only=True):
    """A gift card that was sold at the desk."""

    provider_id: ProviderId | None = None
    """At whom it pays. Absent: the caller, if they are a provider."""
    salon_id: SalonId | None = None
    """At whose members it pays. Of an admin, neither provider nor salon: it pays everywhere."""
    amount: Annotated[int, Meta(ge=1, le=_MOST)]
    """In minor units."""
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    method: SaleMethod
    """How it was paid for."""
    recipient: RecipientBody = RecipientBody()
    """For whom it is. With an e-mail address or a number, it is sent at once, without the message."""


class OrderGiftCardBody(Body, frozen=True, kw_only=True):
    """A gift card to be paid through a gateway."""

    provider_id: ProviderId | None = None
    """At whom it pays."""
    salon_id: SalonId | None = None
    """At whose members it pays. Without provider and salon it pays everywhere, if the platform sells such cards."""
    amount: Annotated[int, Meta(ge=1, le=_MOST)]
    """In minor units: an amount that a gateway can charge."""
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")]
    recipient: RecipientBody = RecipientBody()
    """For whom it is. With an e-mail address or a number, it is sent."""
    deliver_at: datetime | None = None
    """When it is sent, within a year. Absent: as soon as it is paid."""


class ExtendGiftCardBody(Body, frozen=True, kw_only=True):
    """Until when a card pays."""

    expires_at: datetime | None = None
    """Absent: forever."""


class GiftCardReasonBody(Body, frozen=True, kw_only=True):
    """Why a card is blocked or taken back."""

    reason: Reason


class GiftCardCodeBody(Body, frozen=True, kw_only=True):
    """The code of a gift card, with or without hyphens, in letters of any case."""

    code: CardCode


class PayByGiftCardBody(Body, frozen=True, kw_only=True):
    """What pays, and how much."""

    code: CardCode
    amount: Annotated[int, Meta(ge=1, le=_MOST)] | None = None
    """In minor units of the price's currency. Absent: all that is due, as far as the card has it."""


class GiftCardJson(Json, frozen=True, kw_only=True):
    """A gift card, as its seller sees it."""

    id: UUID
    provider_id: UUID | None = None
    """At whom it pays."""
    salon_id: UUID | None = None
    """At whose members it pays. Without provider and salon it pays everywhere."""
    value_amount: int
    """What it was sold for."""
    balance_amount: int
    """What is left."""
    currency: str
    status: GiftCardStatus
    last_four: str
    """The last characters of the code."""
    method: SaleMethod
    """How it was paid for."""
    sold_by: str
    """The role of the user who sold it."""
    recipient_name: str
    """For whom it is."""
    message: str
    """To the recipient."""
    sent_to: str | None = None
    """The recipient's e-mail address or number, in part."""
    deliver_at: Timestamp | None = None
    """When it will be sent."""
    delivered_at: Timestamp | None = None
    """When it was sent."""
    block_reason: str | None = None
    """Why an admin blocked it."""
    expires_at: Timestamp | None = None
    """From when on it does not pay. Absent: never."""
    version: int
    created_at: Timestamp


class GiftCardsJson(Page[GiftCardJson], frozen=True, kw_only=True):
    """A page of gift cards, newest first."""


class GiftCardCodeJson(Json, frozen=True, kw_only=True):
    """The code of a gift card. Whoever has it can pay."""

    id: UUID
    code: str


class GiftCardBalanceJson(Json, frozen=True, kw_only=True):
    """What is on a gift card, for whoever has its code."""

    provider_id: UUID | None = None
    """At whom it pays."""
    salon_id: UUID | None = None
    """At whose members it pays. Without provider and salon it pays everywhere."""
    balance_amount: int
    """What is left."""
    currency: str
    status: GiftCardStatus
    expires_at: Timestamp | None = None
    """From when on it does not pay. Absent: never."""


class GiftCardEntryJson(Json, frozen=True, kw_only=True):
    """A change of a gift card."""

    id: UUID
    kind: GiftCardEntryKind
    amount: int
    """What it added to the balance; negative was taken."""
    balance: int
    """The balance after it."""
    booking_id: UUID | None = None
    payment_id: UUID | None = None
    """The payment by the card that it is of."""
    reason: str | None = None
    """Why the card was taken back."""
    at: Timestamp


class GiftCardEntriesJson(Page[GiftCardEntryJson], frozen=True, kw_only=True):
    """A page of changes, newest first."""


class GiftCardPaymentJson(Json, frozen=True, kw_only=True):
    """A payment of a booking by gift card."""

    id: UUID
    """The id of the payment, one of those of `GET /bookings/{id}/payments`."""
    booking_id: UUID
    amount: int
    currency: str
    last_four: str
    """Of the card's code."""
    balance_amount: int
    """What is left on the card."""
    booking_status: str
    """A booking that waited for its deposit is `confirmed` once it is covered."""
    balance_due_amount: int
    """What is still due of the booking's price."""


class LiabilityJson(Json, frozen=True, kw_only=True):
    """What is owed on gift cards in one currency, in minor units."""

    currency: str
    cards: int
    """How many were sold."""
    issued_amount: int
    """What they were sold for."""
    paid_amount: int
    """What paid for bookings."""
    refunded_amount: int
    """What of it went back to cards."""
    voided_amount: int
    """What was returned to buyers."""
    expired_amount: int
    """What was left on cards that have expired."""
    outstanding_amount: int
    """What is left on the cards: issued, less paid, voided and expired, and what was refunded."""


class LiabilitiesJson(Json, frozen=True, kw_only=True):
    """What is owed on gift cards."""

    items: tuple[LiabilityJson, ...]
    """One for each currency."""


class GiftCardsQuery(PageQuery, frozen=True, kw_only=True):
    """Which gift cards to list."""

    provider_id: ProviderId | None = None
    """Only cards of this provider."""
    salon_id: SalonId | None = None
    """Only cards of this salon."""
    recipient: Annotated[str, Meta(min_length=3, max_length=254)] | None = None
    """Only cards that are sent to this e-mail address or number."""
    last_four: Annotated[str, Meta(min_length=4, max_length=4)] | None = None
    """Only cards whose code ends with these characters."""
    status: GiftCardStatus | None = None


gift_card_json: Final = projection(
    GiftCard,
    GiftCardJson,
    value_amount="value.amount",
    balance_amount="balance.amount",
    currency="value.currency",
    sold_by="sold_by.role",
    sent_to=lambda card: None if card.contact is None else masked_contact(card.contact),
)
balance_json: Final = projection(
    GiftCard, GiftCardBalanceJson, balance_amount="balance.amount", currency="value.currency"
)
entry_json: Final = projection(GiftCardEntry, GiftCardEntryJson)
paid_json: Final = projection(
    PaidByGiftCard,
    GiftCardPaymentJson,
    within="payment",
    amount="payment.amount.amount",
    currency="payment.amount.currency",
    last_four="card.last_four",
    balance_amount="card.balance.amount",
    booking_status="booking.status",
    balance_due_amount="booking.quote.balance.amount",
)
liability_json: Final = projection(
    Liability,
    LiabilityJson,
    issued_amount="issued",
    paid_amount="paid",
    refunded_amount="refunded",
    voided_amount="voided",
    expired_amount="expired",
    outstanding_amount="outstanding",
)
recipient: Final = projection(
    RecipientBody, Recipient, contact=lambda body: body.phone if body.email is None else email_address(body.email)
)
sale: Final = projection(SellGiftCardBody, SellGiftCard, recipient=("recipient", recipient))
purchase: Final = projection(OrderGiftCardBody, OrderGiftCard, recipient=("recipient", recipient))
payment: Final = members(PayByGiftCardBody, PayByGiftCard, given=("booking_id",))

# Examples for the API's documentation.
SELL: Final[dict[str, Any]] = {
    "amount": 10_000_000,
    "currency": "MNT",
    "method": "cash",
    "recipient": {"name": "Saraa", "message": "Happy birthday!"},
}
ORDER: Final[dict[str, Any]] = {
    "providerId": "0199f3a0-5c1e-7d42-8f0b-3c5a9e2d1b77",
    "amount": 10_000_000,
    "currency": "MNT",
    "recipient": {"name": "Saraa", "message": "Happy birthday!", "email": "saraa@example.com", "language": "mn"},
}
EXTEND: Final[dict[str, Any]] = {"expiresAt": "2030-01-01T00:00:00Z"}
CODE: Final[dict[str, Any]] = {"code": "7F3K-QW2M-9XHT-4BND"}
REASON: Final[dict[str, Any]] = {"reason": "The buyer changed their mind."}
