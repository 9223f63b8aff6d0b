"""Pay a booking by gift card: in part or in full, by its customer or at the desk.

It is a payment of the booking like one through a gateway, so deposit, balance, refunds and disputes follow the same
rules. It is paid at once, in one transaction, in which the card is locked after the booking: of many who pay with one
card at the same time, exactly what is on it is spent.
"""

from dataclasses import dataclass, replace
from typing import Final

from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.events import booking_events
from booking_domain.bookings.model import Booking
from booking_domain.bookings.pricing import PriceBreakdown
from booking_domain.gift_cards.model import (
    GiftCard,
    GiftCardElsewhere,
    GiftCardNotUsable,
    MoreThanPrice,
    NotEnoughOnCard,
    OtherCurrency,
)
from booking_domain.payments.errors import NothingDue
from booking_domain.payments.events import PaymentReceived, payment_event
from booking_domain.payments.model import Payment, Purpose
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import BookingId, PaymentId, ProviderId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.bookings.place_booking import QUOTE_ERRORS, PlaceBooking, quote
from booking_domain.use_cases.bookings.steps import close_excessive_payments, confirm_if_covered, lock_visible_booking
from booking_domain.use_cases.gift_cards.steps import CODE_ERRORS, cause, lock_by_code, post
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class PayByGiftCard:
    """Pay a booking by gift card, or a part of it.

    - Its customer may, and whoever may record payments at the desk.
    - The card is of the provider, of the salon that it is a member of, or of the platform, and in the price's currency.
    - A booking that waits for its deposit is confirmed once the deposit is covered.
    """

    booking_id: BookingId
    code: str
    amount: int | None = None
    """In minor units of the price's currency; None: all that is due, as far as the card has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckGiftCard:
    """See whether a card can pay a provider in a currency, before something is booked or paid with it."""

    provider_id: ProviderId
    currency: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteWithGiftCard:
    """Ask what a booking would cost, and what a card would pay of it."""

    order: PlaceBooking
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidByGiftCard:
    """A payment by gift card, and booking and card as they are now."""

    payment: Payment
    booking: Booking
    card: GiftCard


async def _pay(command: PayByGiftCard, tx: Repositories, context: UseCaseContext) -> PaidByGiftCard:
    booking, _ = await lock_visible_booking(command.booking_id, None, tx, context)
    wanted = CheckGiftCard(provider_id=booking.provider_id, currency=booking.price.currency, code=command.code)
    card = await _check(wanted, tx, context)
    due, deposit = booking.quote.at_desk, booking.quote.deposit_asked
    if not due:
        raise NothingDue
    amount = card.share(due) if command.amount is None else _money(command.amount, due)
    if due < amount:
        raise MoreThanPrice(due=due)
    payment = Payment.by_gift_card(
        id=PaymentId(context.entropy.new_id()),
        booking_id=booking.id,
        customer_id=booking.customer_id,
        purpose=Purpose.DEPOSIT if deposit else Purpose.BALANCE,
        money_at_desk=card.money_at_desk,
        amount=amount,
        now=context.now,
    )
    why = cause(f"payment:{payment.id}", context, booking_id=booking.id, payment_id=payment.id)
    posted = card.pay(amount, why)
    await tx.payments.add(payment)
    paid_with = await post(posted, card, tx)
    decision = confirm_if_covered(booking.receive(amount, context.now), "paid by gift card", context)
    after = decision.state
    await close_excessive_payments(after, tx)
    await tx.bookings.save(after, was=booking, events=decision.events)
    received = payment_event(PaymentReceived, payment, context)
    await tx.outbox.put([received, *booking_events(after, decision.events)])
    return PaidByGiftCard(payment=payment, booking=after, card=paid_with)


async def _quote(command: QuoteWithGiftCard, tx: Repositories, context: UseCaseContext) -> PriceBreakdown:
    """The price with what the card pays; nothing of a request, which is not paid before it is accepted."""
    price = await quote(command.order, tx, context)
    wanted = CheckGiftCard(provider_id=command.order.provider_id, currency=price.price.currency, code=command.code)
    card = await _check(wanted, tx, context)
    return price if price.requested else replace(price, gift_card=card.share(price.price))


async def _check(command: CheckGiftCard, tx: Repositories, context: UseCaseContext) -> GiftCard:
    card = await lock_by_code(command.code, tx, context)
    card.require_usable(context.now)
    await _require_pays_at(command.provider_id, card, tx)
    if card.value.currency != command.currency:
        raise OtherCurrency(currency=card.value.currency)
    if not card.balance:
        raise NotEnoughOnCard(balance=card.balance)
    return card


def _money(amount: int, due: Money) -> Money:
    return Money(amount=amount, currency=due.currency)


async def _require_pays_at(provider_id: ProviderId, card: GiftCard, tx: Repositories) -> None:
    """Raise `GiftCardElsewhere` unless the card pays at this provider."""
    if card.of_platform or card.provider_id == provider_id:
        return
    if card.salon_id is None or card.salon_id != await tx.salons.salon_of(provider_id):
        raise GiftCardElsewhere


_CARD_ERRORS: Final = (*CODE_ERRORS, GiftCardNotUsable, GiftCardElsewhere, OtherCurrency, NotEnoughOnCard)
check_gift_card: Final = UseCase(
    Permission.LOOK_UP_GIFT_CARDS, _check, lambda _, card: Subject("gift_card", card.id), raises=_CARD_ERRORS
)
quote_with_gift_card: Final = UseCase(
    Permission.PLACE_BOOKINGS,
    _quote,
    lambda command, _: Subject("provider", command.order.provider_id),
    raises=(*QUOTE_ERRORS, *_CARD_ERRORS),
)
pay_by_gift_card: Final = UseCase(
    Permission.REDEEM_GIFT_CARDS,
    _pay,
    lambda command, _: Subject("booking", command.booking_id),
    raises=(BookingNotFound, *_CARD_ERRORS, NothingDue, MoreThanPrice, InvalidValue),
)
