"""What a salon takes in a period: the work and the money of its members, for its manager and admins.

The members are those of now: their account, their commission and their payouts stay their own.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from booking_domain.catalogue.salons import MemberStatus, NotYourSalon, SalonNotFound
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import InvalidValue, NotPermitted, required
from booking_domain.shared.ids import ProviderId, SalonId
from booking_domain.shared.money import Money
from booking_domain.shared.permissions import Permission, authorise, may, owned
from booking_domain.shared.queries import Query
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.platform.listings import TransactionType
from booking_domain.use_cases.platform.ports import Reads, SalonReads
from booking_domain.use_cases.platform.takings import DoneWork, MovedMoney
from booking_domain.use_cases.platform.views import MemberView, SalonView

Entry = TypeVar("Entry", DoneWork, MovedMoney)
LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Takings:
    """What was taken in a period, in one currency."""

    earned: Money
    """The prices of the appointments that were completed."""
    tips: Money
    """What was given at the desk as tips for them."""
    received: tuple[tuple[str, Money], ...]
    """What was paid, by method."""
    refunded: Money
    outstanding: Money
    """What is still to be paid for the completed appointments."""

    @property
    def total(self) -> Money:
        """What was paid by all methods."""
        return sum((amount for _, amount in self.received), Money.zero(self.earned.currency))


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberTakings:
    """What a member took, by currency."""

    member: MemberView
    takings: tuple[Takings, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SalonTakings:
    """What each member of a salon took in a period, and all together, by currency."""

    time_zone: str
    """Of the salon."""
    period: TimeRange
    members: tuple[MemberTakings, ...]
    totals: tuple[Takings, ...]


async def visible_salon(actor: Actor, salon_id: SalonId, salons: SalonReads) -> tuple[SalonView, list[MemberView]]:
    """Return a salon whose takings the actor may see, and its members without those who are only invited.

    Raises:
        NotPermitted, SalonNotFound, NotYourSalon: there is none, or the actor may not.
    """
    authorise(actor, Permission.SEE_TAKINGS)
    view = required(await salons.get(salon_id), SalonNotFound)
    if not may(actor, Permission.SEE_TAKINGS, owned(actor, view.salon.manager_id)):
        raise NotYourSalon
    return view, [each for each in await salons.members(salon_id) if each.status is MemberStatus.MEMBER]


async def _get_salon_takings(
    actor: Actor, salon_id: SalonId, chosen: Callable[[ZoneInfo], TimeRange], reads: Reads
) -> SalonTakings:
    """The takings of the period that is chosen in the salon's time zone."""
    view, members = await visible_salon(actor, salon_id, reads.salons)
    period = chosen(view.hours.zone)
    if period.end - period.start > LONGEST:
        raise InvalidValue(field="to", problem="a period of at most 366 days")
    ids = [each.provider_id for each in members]
    work, money = await reads.takings.work(ids, period), await reads.takings.money(ids, period)
    return SalonTakings(
        time_zone=view.salon.time_zone,
        period=period,
        members=tuple(
            MemberTakings(member=each, takings=_added(_of(each.provider_id, work), _of(each.provider_id, money)))
            for each in members
        ),
        totals=_added(work, money),
    )


def _of(provider_id: ProviderId, found: Iterable[Entry]) -> list[Entry]:
    return [each for each in found if each.provider_id == provider_id]


def _added(work: Sequence[DoneWork], money: Sequence[MovedMoney]) -> tuple[Takings, ...]:
    """Add up, by currency."""
    currencies = {each.earned.currency for each in work} | {each.amount.currency for each in money}
    return tuple(_in(currency, work, money) for currency in sorted(currencies))


def _in(currency: str, work: Sequence[DoneWork], money: Sequence[MovedMoney]) -> Takings:
    zero = Money.zero(currency)
    done = [each for each in work if each.earned.currency == currency]
    moved = sorted((each for each in money if each.amount.currency == currency), key=lambda each: each.method)
    received = [each for each in moved if each.type is not TransactionType.REFUND]
    return Takings(
        earned=sum((each.earned for each in done), zero),
        tips=sum((each.tips for each in done), zero),
        received=tuple(
            (method, sum((each.amount for each in group), zero))
            for method, group in groupby(received, key=lambda each: each.method)
        ),
        refunded=sum((each.amount for each in moved if each.type is TransactionType.REFUND), zero),
        outstanding=sum((each.outstanding for each in done), zero),
    )


get_salon_takings: Final = Query(_get_salon_takings, (NotPermitted, SalonNotFound, NotYourSalon, InvalidValue))
