"""A plan: visits that a customer pays for period by period, until somebody ends it. Pure.

Each period is an order, which is paid in advance, and gives a package that expires with the period. What is used of it,
and what the provider earns, are of the package; the plan says only when the next period is paid for, and how.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, Self
from uuid import UUID

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, InvalidValue, NotFound
from booking_domain.shared.ids import PlanId, ProviderId, SalonId, ServiceId, UserId
from booking_domain.shared.kept_methods import KeptMethod
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move
from booking_domain.shared.money import Money
from booking_domain.shared.time import months_after, time_zone

PlanOfferId = NewType("PlanOfferId", UUID)

MAX_PLAN_NAME: Final = 80
MAX_PLAN_TEXT: Final = 1_000
MAX_PLAN_SERVICES: Final = 50
MAX_PLAN_VISITS: Final = 100
MAX_PERIOD_MONTHS: Final = 12
ANNOUNCED: Final = timedelta(days=7)
"""How long before a period starts its order is made, and its customer told: then its price is fixed."""
TRIES: Final = (timedelta(0), timedelta(days=1), timedelta(days=3), timedelta(days=5))
"""When a period that is due is charged, or its customer reminded, after the day on which it was due."""
GIVEN_UP: Final = timedelta(days=7)
"""How long after that day the plan ends."""
ASKED_AGAIN: Final = timedelta(minutes=10)
"""How long after a try the gateway is asked again that has not answered."""


class PlanOfferNotFound(NotFound, code="plan_offer.not_found"):
    """There is no such plan on offer."""


class PlanOfferEnded(Conflict, code="plan_offer.ended", field="offer_id"):
    """This plan is no longer offered."""


class PlanNotFound(NotFound, code="plan.not_found"):
    """There is no such plan."""


class PlanTaken(Conflict, code="plan.taken", field="offer_id"):
    """The customer has this plan already."""


class PlanKeepsNoMethod(Conflict, code="plan.no_method"):
    """This plan is charged to no card: its customer pays each period."""


class PlanMethodNotEntered(Conflict, code="plan.method_not_entered"):
    """No card was entered in this form of the plan."""


class InvalidPlanTransition(InvalidTransition, code="plan.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""


class PlanStatus(StrEnum):
    """The status of a plan."""

    ORDERED = "ordered"
    """Its first period waits to be paid."""
    ACTIVE = "active"
    OVERDUE = "overdue"
    """The next period is due and not paid."""
    PAUSED = "paused"
    """It is not renewed until its customer resumes it."""
    ENDING = "ending"
    """It ends with the period that is paid."""
    ENDED = "ended"


class PlanAction(StrEnum):
    """An action on a plan."""

    PAY = "pay"
    FALL_DUE = "fall_due"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    END = "end"


class PlanParty(StrEnum):
    """Who acts on a plan."""

    CUSTOMER = "customer"
    SELLER = "seller"
    """The provider or the manager who sells it, or an admin."""
    PLATFORM = "platform"
    """The platform itself: money that came, time that has passed."""


class PlanEnd(StrEnum):
    """Why a plan ends."""

    CANCELLED = "cancelled"
    """Its customer wished it."""
    BY_SELLER = "by_seller"
    UNPAID = "unpaid"
    """A period was not paid in time. Money that comes late nevertheless continues it."""
    REFUNDED = "refunded"
    """The money of its period was returned."""
    OFFER_ENDED = "offer_ended"
    """It is no longer offered, or its provider or salon no longer sells anything."""
    ACCOUNT_CLOSED = "account_closed"
    """The account of its customer is disabled or deleted."""


_CUSTOMER: Final = frozenset({PlanParty.CUSTOMER})
_PLATFORM: Final = frozenset({PlanParty.PLATFORM})
_ANYONE: Final = frozenset(PlanParty)
PLAN_LIFECYCLE: Final[Lifecycle[PlanStatus, PlanAction, PlanParty]] = Lifecycle(
    thing="plan",
    about="Visits that a customer pays for period by period. Money that comes late continues a plan that ended unpaid.",
    refusal=InvalidPlanTransition,
    moves={
        (PlanStatus.ORDERED, PlanAction.PAY): Move(PlanStatus.ACTIVE, _PLATFORM),
        (PlanStatus.ACTIVE, PlanAction.PAY): Move(PlanStatus.ACTIVE, _PLATFORM),
        (PlanStatus.OVERDUE, PlanAction.PAY): Move(PlanStatus.ACTIVE, _PLATFORM),
        (PlanStatus.ENDED, PlanAction.PAY): Move(PlanStatus.ACTIVE, _PLATFORM),
        (PlanStatus.ACTIVE, PlanAction.FALL_DUE): Move(PlanStatus.OVERDUE, _PLATFORM),
        (PlanStatus.ACTIVE, PlanAction.PAUSE): Move(PlanStatus.PAUSED, _CUSTOMER),
        (PlanStatus.PAUSED, PlanAction.RESUME): Move(PlanStatus.ACTIVE, _CUSTOMER),
        (PlanStatus.ENDING, PlanAction.RESUME): Move(PlanStatus.ACTIVE, _CUSTOMER),
        (PlanStatus.ACTIVE, PlanAction.CANCEL): Move(PlanStatus.ENDING, _ANYONE),
        (PlanStatus.PAUSED, PlanAction.CANCEL): Move(PlanStatus.ENDING, _ANYONE),
        (PlanStatus.ORDERED, PlanAction.END): Move(PlanStatus.ENDED, _ANYONE),
        (PlanStatus.OVERDUE, PlanAction.END): Move(PlanStatus.ENDED, _ANYONE),
        (PlanStatus.ACTIVE, PlanAction.END): Move(PlanStatus.ENDED, _PLATFORM),
        (PlanStatus.PAUSED, PlanAction.END): Move(PlanStatus.ENDED, _PLATFORM),
        (PlanStatus.ENDING, PlanAction.END): Move(PlanStatus.ENDED, _PLATFORM),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOffer:
    """What a provider or a salon offers as a plan. Only its price changes, for periods that are ordered later."""

    id: PlanOfferId
    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    """Exactly one of it and the provider is set."""
    name: str
    """What customers read."""
    text: str = ""
    """What else they should know."""
    service_ids: tuple[ServiceId, ...] = ()
    """What a visit includes; empty: all that is booked."""
    visits: int
    """How many each period has."""
    price: Money
    """Of one period."""
    period_months: int
    time_zone: str
    """Periods begin and end on days of this IANA time zone."""
    ended_at: datetime | None = None
    version: int = 1
    created_at: datetime

    def __post_init__(self) -> None:
        if (self.provider_id is None) == (self.salon_id is None):
            raise InvalidValue(field="salon_id", problem="a plan is of a provider or of a salon")
        if not 1 <= len(self.name) <= MAX_PLAN_NAME:
            raise InvalidValue(field="name", problem=f"1 to {MAX_PLAN_NAME} characters")
        if len(self.text) > MAX_PLAN_TEXT:
            raise InvalidValue(field="text", problem=f"at most {MAX_PLAN_TEXT} characters")
        if not 1 <= self.visits <= MAX_PLAN_VISITS:
            raise InvalidValue(field="visits", problem=f"1 to {MAX_PLAN_VISITS} visits")
        if not self.price:
            raise InvalidValue(field="price_amount", problem="more than 0")
        if not 1 <= self.period_months <= MAX_PERIOD_MONTHS:
            raise InvalidValue(field="period_months", problem=f"1 to {MAX_PERIOD_MONTHS} months")

    def require_offered(self) -> None:
        """Raise `PlanOfferEnded` if it is no longer offered."""
        if self.ended_at is not None:
            raise PlanOfferEnded

    def change_price(self, amount: int) -> Self:
        """Ask another price, in minor units of its currency, for periods that are ordered from now on.

        Raises:
            PlanOfferEnded: it is no longer offered.
            InvalidValue: the price is zero.
        """
        self.require_offered()
        price = Money(amount=amount, currency=self.price.currency)
        return self if price == self.price else replace(self, price=price, version=self.version + 1)

    def end(self, now: datetime) -> Self:
        """Offer it no longer; one that has ended stays as it is."""
        return self if self.ended_at is not None else replace(self, ended_at=now, version=self.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Plan:
    """A customer's plan."""

    id: PlanId
    offer_id: PlanOfferId
    customer_id: UserId
    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    name: str
    status: PlanStatus = PlanStatus.ORDERED
    end_reason: PlanEnd | None = None
    """Why it has ended, or is ending."""
    method: KeptMethod | None = None
    """What periods are charged to; None: the customer pays each."""
    gateway: str = ""
    """Through which the last period was paid; empty: none was."""
    method_form: str | None = None
    """The gateway's id of the form in which the customer enters another method."""
    period: int = 0
    """The number of the period that was paid last; 0: none was."""
    package_id: UUID | None = None
    """The package of that period."""
    ends_at: datetime | None = None
    """When that period ends."""
    renewal_day: int | None = None
    """The day of the month on which periods begin; in a shorter month they begin on its last day."""
    order_id: UUID | None = None
    """The order of the next period; None: there is none yet."""
    due_at: datetime | None = None
    """When that order is due."""
    tries: int = 0
    """How often it was charged, or its customer reminded, since."""
    asking: bool = False
    """Whether the gateway has not answered to the last of these tries."""
    next_at: datetime | None = None
    """When something is to be done about it; None: nothing is."""
    version: int = 1
    created_at: datetime

    @classmethod
    def take(
        cls,
        offer: PlanOffer,
        *,
        id: PlanId,  # noqa: A002
        customer_id: UserId,
        order_id: UUID,
        payable_until: datetime,
        now: datetime,
    ) -> Self:
        """A new plan, which begins when its first period is paid."""
        return cls(
            id=id,
            offer_id=offer.id,
            customer_id=customer_id,
            provider_id=offer.provider_id,
            salon_id=offer.salon_id,
            name=offer.name,
            order_id=order_id,
            due_at=payable_until,
            next_at=payable_until,
            created_at=now,
        )

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.status is not PlanStatus.ENDED

    def may(self, action: PlanAction, party: PlanParty) -> bool:
        """Whether the lifecycle allows this action to this party now."""
        return PLAN_LIFECYCLE.allows(self.status, action, party)

    def due(self, now: datetime) -> bool:
        """Whether something is to be done about it."""
        return self.next_at is not None and self.next_at <= now

    def awaits(self, order_id: UUID) -> bool:
        """Whether money of this order pays its next period."""
        may_pay = self.live or self.end_reason is PlanEnd.UNPAID
        return may_pay and self.order_id == order_id

    def announce(self, order_id: UUID, now: datetime) -> Self:
        """Await the money of the order of the next period, which is due when the period that is paid ends."""
        due_at = now if self.ends_at is None else max(self.ends_at, now)
        return self._changed(order_id=order_id, due_at=due_at, next_at=due_at, tries=0, asking=False)

    def order_again(self, order_id: UUID) -> Self:
        """Await the money of another order of the same period: nobody can pay the former any more."""
        return self._changed(order_id=order_id, asking=False)

    def attempt(self, now: datetime, *, charge: bool) -> Self:
        """Charge the order that is due, or remind its customer: the next try, or again one that was not answered.

        `charge`: whether the plan has a method, and the deployment its gateway. Without it nobody can answer any more.
        """
        due_at = self.due_at or now
        if self.status is PlanStatus.ACTIVE:
            status = PLAN_LIFECYCLE.advance(self.status, PlanAction.FALL_DUE, PlanParty.PLATFORM)
        else:
            status = self.status
        tries = self.tries if self.asking else self.tries + 1
        next_at = now + ASKED_AGAIN if charge else _after(tries, due_at)
        return self._changed(status=status, tries=tries, asking=charge, next_at=next_at)

    def unpaid(self, now: datetime) -> Self:
        """The gateway has answered, and the order is not paid."""
        return self._changed(asking=False, next_at=_after(self.tries, self.due_at or now))

    @property
    def given_up_at(self) -> datetime | None:
        """When the plan ends if the order that is due is not paid."""
        return None if self.due_at is None else self.due_at + GIVEN_UP

    def lost(self, now: datetime) -> bool:
        """Whether the order that is due is no longer waited for."""
        if self.status is PlanStatus.ORDERED:
            return True
        return self.status is PlanStatus.OVERDUE and not self.asking and self.tries >= len(TRIES) and self.due(now)

    def paid(
        self,
        offer: PlanOffer,
        package_id: UUID,
        *,
        gateway: str,
        method: KeptMethod | None,
        now: datetime,
    ) -> Self:
        """The plan once its next period is paid. It begins when the last one ends, or now if there was a break."""
        begins_at = now if self.ends_at is None else max(self.ends_at, now)
        day = self.renewal_day if self.ends_at is not None and self.ends_at >= now else None
        local = begins_at.astimezone(time_zone(offer.time_zone))
        ends_at = months_after(local, offer.period_months, day or local.day).astimezone(UTC)
        return self._changed(
            status=PLAN_LIFECYCLE.advance(self.status, PlanAction.PAY, PlanParty.PLATFORM),
            end_reason=None,
            gateway=gateway,
            method=method or (self.method if gateway == self.gateway else None),
            period=self.period + 1,
            package_id=package_id,
            ends_at=ends_at,
            renewal_day=day or local.day,
            order_id=None,
            due_at=None,
            tries=0,
            asking=False,
            next_at=max(ends_at - ANNOUNCED, now),
        )

    def pause(self) -> Self:
        """Renew it no longer, until it is resumed; what is paid can be used."""
        status = PLAN_LIFECYCLE.advance(self.status, PlanAction.PAUSE, PlanParty.CUSTOMER)
        return self._unawaited(status=status, next_at=None)

    def resume(self, now: datetime) -> Self:
        """Renew it again: at the end of the period that is paid, or at once if it is over."""
        status = PLAN_LIFECYCLE.advance(self.status, PlanAction.RESUME, PlanParty.CUSTOMER)
        next_at = now if self.ends_at is None else max(self.ends_at - ANNOUNCED, now)
        return self._changed(status=status, end_reason=None, next_at=next_at)

    def cancel(self, by: PlanParty, why: PlanEnd, now: datetime) -> Self:
        """End it with the period that is paid, or at once if there is none, or it is over."""
        if not self.may(PlanAction.CANCEL, by) and self.may(PlanAction.END, by):
            return self.finish(by, why)
        status = PLAN_LIFECYCLE.advance(self.status, PlanAction.CANCEL, by)
        ending = self._unawaited(status=status, end_reason=why, next_at=self.ends_at)
        return ending.finish(PlanParty.PLATFORM, why) if self.ends_at is None or self.ends_at <= now else ending

    def finish(self, by: PlanParty, why: PlanEnd) -> Self:
        """End it now. One that ends unpaid keeps its order: money that comes late continues it."""
        status = PLAN_LIFECYCLE.advance(self.status, PlanAction.END, by)
        if why == PlanEnd.UNPAID:
            return self._changed(status=status, end_reason=why, asking=False, next_at=None)
        return self._unawaited(status=status, end_reason=self.end_reason or why, next_at=None)

    def open_form(self, form: str) -> Self:
        """Let the customer enter another method."""
        return self._changed(method_form=form)

    def keep(self, method: KeptMethod | None, now: datetime) -> Self:
        """Charge periods to another method; what is due, at once. None: the method is forgotten."""
        soon = self.status is PlanStatus.OVERDUE and method is not None
        return self._changed(method=method, method_form=None, next_at=now if soon else self.next_at)

    def _unawaited(self, **values: object) -> Self:
        return self._changed(order_id=None, due_at=None, tries=0, asking=False, **values)

    def _changed(self, **values: object) -> Self:
        return replace(self, **values, version=self.version + 1)  # type: ignore[arg-type]


def _after(tries: int, due_at: datetime) -> datetime:
    """When something is done after so many tries."""
    return due_at + (TRIES[tries] if tries < len(TRIES) else GIVEN_UP)
