"""Order a gift card, a package or the first period of a plan: the order says how much, and waits for the money.

A gift card and a plan wait with it. A package is sold by the order when the money comes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from booking_domain.catalogue.salons import SalonNotFound
from booking_domain.gift_cards.model import GiftCard, GiftCardId, GiftCardRules, NoCardsOfPlatform, Recipient
from booking_domain.packages.model import PackageOfferEnded, PackageOfferId, PackageOfferNotFound
from booking_domain.payments.chargeable import ANY_AMOUNT, Chargeable
from booking_domain.payments.orders import ORDERS_OF_CUSTOMER, Order, OrderId, OrderKind
from booking_domain.plans.model import Plan, PlanOfferEnded, PlanOfferId, PlanOfferNotFound, PlanTaken
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import InvalidValue, required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import PlanId, ProviderId, SalonId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission
from booking_domain.shared.rate_limits import RateLimited
from booking_domain.use_cases.gift_cards.steps import recipient_of
from booking_domain.use_cases.platform.issuers import require_selling
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderGiftCard:
    """Order a gift card of a published provider, of a salon, or of the platform if it sells them."""

    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    amount: int
    """In minor units: an amount that a gateway can charge."""
    currency: str
    recipient: Recipient
    deliver_at: datetime | None = None
    """When it is sent to the recipient's contact; None: as soon as it is paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPackage:
    """Order a package that a published provider, or a salon, offers."""

    offer_id: PackageOfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePlan:
    """Take a plan that a published provider, or a salon, offers. It starts when its first period is paid."""

    offer_id: PlanOfferId


async def _order_card(command: OrderGiftCard, tx: Repositories, context: UseCaseContext) -> Order:
    await _count(tx, context)
    await _require_card_issuer(command, tx, context)
    value = Money(amount=command.amount, currency=command.currency)
    context.get(Chargeable, ANY_AMOUNT).require(value, "amount")
    card = GiftCard.ordered(
        id=GiftCardId(context.entropy.new_id()),
        provider_id=command.provider_id,
        salon_id=command.salon_id,
        value=value,
        by=context.actor,
        entropy=context.entropy,
        now=context.now,
        recipient=recipient_of(command.recipient, context),
        deliver_at=command.deliver_at,
    )
    order = Order.place(
        id=OrderId(context.entropy.new_id()),
        kind=OrderKind.GIFT_CARD,
        subject_id=card.id,
        customer_id=context.actor.id,
        amount=value,
        now=context.now,
    )
    await tx.gift_cards.add(card)
    await tx.orders.add(order)
    return order


async def _order_package(command: OrderPackage, tx: Repositories, context: UseCaseContext) -> Order:
    await _count(tx, context)
    offer = required(await tx.package_offers.lock(command.offer_id), PackageOfferNotFound)
    offer.require_on_sale()
    await require_selling(offer.provider_id, offer.salon_id, tx)
    context.get(Chargeable, ANY_AMOUNT).require(offer.price, "offer_id")
    order = Order.place(
        id=OrderId(context.entropy.new_id()),
        kind=OrderKind.PACKAGE,
        subject_id=context.entropy.new_id(),
        offer_id=offer.id,
        customer_id=context.actor.id,
        amount=offer.price,
        now=context.now,
    )
    await tx.orders.add(order)
    return order


async def _take_plan(command: TakePlan, tx: Repositories, context: UseCaseContext) -> Plan:
    await _count(tx, context)
    offer = required(await tx.plan_offers.lock(command.offer_id), PlanOfferNotFound)
    offer.require_offered()
    await require_selling(offer.provider_id, offer.salon_id, tx)
    context.get(Chargeable, ANY_AMOUNT).require(offer.price, "offer_id")
    plan_id = PlanId(context.entropy.new_id())
    order = Order.place(
        id=OrderId(context.entropy.new_id()),
        kind=OrderKind.PLAN,
        subject_id=context.entropy.new_id(),
        plan_id=plan_id,
        period=1,
        customer_id=context.actor.id,
        amount=offer.price,
        now=context.now,
    )
    plan = Plan.take(
        offer,
        id=plan_id,
        customer_id=context.actor.id,
        order_id=order.id,
        payable_until=order.expires_at,
        now=context.now,
    )
    await tx.plans.add(plan)
    await tx.orders.add(order)
    return plan


async def _count(tx: Repositories, context: UseCaseContext) -> None:
    state = await tx.rate_limits.consume(f"orders of {context.actor.id}", ORDERS_OF_CUSTOMER, context.now)
    if not state.allowed:
        raise RateLimited(retry_after_seconds=state.resets_in_seconds)


async def _require_card_issuer(command: OrderGiftCard, tx: Repositories, context: UseCaseContext) -> None:
    if command.provider_id is not None and command.salon_id is not None:
        raise InvalidValue(field="salon_id", problem="a card is of a provider or of a salon")
    if command.salon_id is None and command.provider_id is None and not context.configured(GiftCardRules).of_platform:
        raise NoCardsOfPlatform
    await require_selling(command.provider_id, command.salon_id, tx)


def _subject(_: object, order: Order) -> Subject:
    return Subject("order", order.id)


order_gift_card: Final = UseCase(
    Permission.PAY,
    _order_card,
    _subject,
    raises=(RateLimited, SalonNotFound, ProviderNotFound, NoCardsOfPlatform, InvalidValue),
)
order_package: Final = UseCase(
    Permission.PAY,
    _order_package,
    _subject,
    raises=(RateLimited, PackageOfferNotFound, PackageOfferEnded, SalonNotFound, ProviderNotFound, InvalidValue),
)
take_plan: Final = UseCase(
    Permission.PAY,
    _take_plan,
    lambda _, plan: Subject("plan", plan.id),
    audited_as="plan.taken",
    raises=(
        RateLimited,
        PlanOfferNotFound,
        PlanOfferEnded,
        PlanTaken,
        SalonNotFound,
        ProviderNotFound,
        InvalidValue,
    ),
)
