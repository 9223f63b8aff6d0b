"""The account of one customer: lots of points, and the entries that changed them. Pure.

A lot is points of one origin that can be spent between two instants. Spending takes the lot that expires first. Entries
are added and never changed, and there is one of each cause, so that a repeated job or request adds nothing. What is
taken back and was spent already is a *debt*: the balance is below zero, and what comes next pays the debt first.

The balance is the sum of all entries, and at any time what the lots have left less the debt. Of these one is zero.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, Self
from uuid import UUID

from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, InvalidValue
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, UserId

LoyaltyAccountId = NewType("LoyaltyAccountId", UUID)
LoyaltyEntryId = NewType("LoyaltyEntryId", UUID)

GRACE: Final = timedelta(days=30)
"""How long points can be spent at the least that a cancelled booking gives back after they have expired."""
WARNING: Final = timedelta(days=30)
"""How long before points expire their customer is told."""
MAX_LOYALTY_REASON: Final = 500


class NotEnoughPoints(Conflict, code="loyalty.not_enough", field="points"):
    """The account has only {spendable} points that can be spent now."""

    spendable: int


class LoyaltyEntryKind(StrEnum):
    """Why an entry changed an account."""

    EARNED = "earned"
    ADJUSTED = "adjusted"
    """An admin added points or took them, and says why."""
    RESERVED = "reserved"
    """Points that a booking takes, until it takes place or ends without; or takes anew of what it had spent."""
    CAPTURED = "captured"
    """The booking took place: what it reserved is spent. It changes no balance."""
    RELEASED = "released"
    """The booking did not take place, or costs less: what it reserved, or a part of it, is given back."""
    RETURNED = "returned"
    """The booking took place, and its money was refunded: the same share of what it had spent is given back."""
    RECLAIMED = "reclaimed"
    """What was earned by money that was refunded is taken back."""
    EXPIRED = "expired"


OF_VISITS: Final = "earned:"
"""What the causes begin with of points that appointments have earned."""
OF_RESERVATIONS: Final = frozenset(
    {LoyaltyEntryKind.RESERVED, LoyaltyEntryKind.CAPTURED, LoyaltyEntryKind.RELEASED, LoyaltyEntryKind.RETURNED}
)
"""What becomes of the points that bookings take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """Points of one origin."""

    cause: str
    """The cause of the entry that they came with."""
    points: int
    active_from: datetime
    expires_at: datetime | None = None

    @property
    def origin(self) -> tuple[str, datetime, datetime | None]:
        """What distinguishes it from other lots."""
        return self.cause, self.active_from, self.expires_at

    def expired(self, now: datetime) -> bool:
        """Whether it can no longer be spent."""
        return self.expires_at is not None and self.expires_at <= now

    def spendable(self, now: datetime) -> bool:
        """Whether it can be spent."""
        return self.active_from <= now and not self.expired(now)


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class LoyaltyEntry:
    """One change of an account."""

    id: LoyaltyEntryId
    account_id: LoyaltyAccountId
    kind: LoyaltyEntryKind
    cause: str
    """What it is of, e.g. `booking:…`. An account has one entry of each cause."""
    points: int
    """What it adds to the balance."""
    balance: int
    """The balance after it."""
    lots: tuple[Lot, ...] = ()
    """What it took of which lots, so that a release can give it back."""
    booking_id: BookingId | None = None
    reason: str | None = None
    """Why an admin adjusted the account; its customer sees it."""
    at: datetime

    @property
    def qualifies(self) -> bool:
        """Whether it counts for tiers: an appointment has earned it, or it takes such points back."""
        earned = self.kind in {LoyaltyEntryKind.EARNED, LoyaltyEntryKind.RECLAIMED}
        return earned and self.cause.startswith(OF_VISITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What the next entry is of."""

    id: LoyaltyEntryId
    name: str
    at: datetime
    booking_id: BookingId | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What a booking took of an account, and what has become of it."""

    lots: tuple[Lot, ...]
    """What it took of which lots, the first to expire first."""
    given_back: int = 0
    captured: bool = False

    @property
    def points(self) -> int:
        """What it has of what it took; the rest was given back."""
        return _sum(self.lots) - self.given_back

    @property
    def held(self) -> int:
        """What can be captured or released."""
        return 0 if self.captured else self.points

    @property
    def spent(self) -> int:
        """What can be given back of what is captured."""
        return self.points if self.captured else 0

    def back(self, points: int) -> tuple[Lot, ...]:
        """So many points of the lots that it has, of what expires last."""
        had, _ = _take(self.given_back, self.lots[::-1], lambda _: True)
        _, taken = _take(points, had, lambda _: True)
        return taken


def reservation_of(entries: Iterable[LoyaltyEntry]) -> Reservation | None:
    """The last reservation among the entries of a booking in an account, the oldest first; None: it took nothing."""
    found: Reservation | None = None
    for each in entries:
        if each.kind is LoyaltyEntryKind.RESERVED:
            found = Reservation(lots=each.lots)
        elif found is not None and each.kind is LoyaltyEntryKind.CAPTURED:
            found = replace(found, captured=True)
        elif found is not None and each.kind in {LoyaltyEntryKind.RELEASED, LoyaltyEntryKind.RETURNED}:
            found = replace(found, given_back=found.given_back + each.points)
    return found


def numbered(name: str, number: int) -> str:
    """The name of the cause that is the so-manieth of its kind, from 0: the first has the plain name."""
    return f"{name}:{number + 1}" if number else name


Posted = tuple["LoyaltyAccount", LoyaltyEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Whose points they are: a provider's, a salon's for visits to its members, or the platform's (neither)."""

    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyAccount:
    """The points of a customer with one provider, with a salon, or with the platform."""

    id: LoyaltyAccountId
    user_id: UserId
    provider_id: ProviderId | None = None
    salon_id: SalonId | None = None
    """None, and no provider: the platform's points."""
    lots: tuple[Lot, ...] = ()
    """What is left, the first to expire first."""
    debt: int = 0
    """What was taken back and was not there any more."""
    reserved: int = 0
    """What bookings hold that have not taken place. It is not part of the balance."""
    next_expiry: datetime | None = None
    """When a lot expires first."""
    warned_until: datetime | None = None
    """The customer was told of what expires until then."""
    warn_at: datetime | None = None
    """When to tell the customer of what expires after that; None: nothing does."""
    version: int = 1
    created_at: datetime

    @property
    def next_points(self) -> int:
        """How many points expire at `next_expiry`."""
        return (
            0
            if self.next_expiry is None
            else sum(lot.points for lot in self.lots if lot.expires_at == self.next_expiry)
        )

    @property
    def issuer(self) -> Issuer:
        """Whose points they are."""
        return Issuer(provider_id=self.provider_id, salon_id=self.salon_id)

    @property
    def balance(self) -> int:
        """The sum of the entries. It is below zero if more was taken back than there was."""
        return _sum(self.lots) - self.debt

    def spendable(self, now: datetime) -> int:
        """What can be spent now."""
        return _sum(lot for lot in self.lots if lot.spendable(now))

    def grant(
        self,
        points: int,
        cause: Cause,
        *,
        kind: LoyaltyEntryKind = LoyaltyEntryKind.EARNED,
        active_from: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> Posted:
        """Add a lot. A debt is paid first.

        Raises:
            InvalidValue: there are no points, or they expire before they can be spent.
        """
        start = active_from or cause.at
        if points <= 0:
            raise InvalidValue(field="points", problem="more than 0")
        if expires_at is not None and expires_at <= start:
            raise InvalidValue(field="expires_at", problem="after the points become active")
        lot = Lot(cause=cause.name, points=points, active_from=start, expires_at=expires_at)
        return self._adding((lot,), kind, cause)

    def reserve(self, points: int, cause: Cause) -> Posted:
        """Take points for a booking, of what expires first.

        Raises:
            InvalidValue: there are no points.
            NotEnoughPoints: fewer can be spent.
        """
        if points <= 0:
            raise InvalidValue(field="points", problem="more than 0")
        if self.spendable(cause.at) < points:
            raise NotEnoughPoints(spendable=self.spendable(cause.at))
        left, taken = _take(points, self.lots, lambda lot: lot.spendable(cause.at))
        return self._posted(LoyaltyEntryKind.RESERVED, -points, cause, lots=left, taken=taken, held=points)

    def capture(self, reservation: Reservation, cause: Cause) -> Posted:
        """Record that what a reservation holds is spent for good.

        Raises:
            InvalidValue: it holds nothing: it was captured, or all was released.
        """
        _require_at_most(reservation.held, reservation.held)
        return self._posted(LoyaltyEntryKind.CAPTURED, 0, cause, lots=self.lots, held=-reservation.held)

    def hold_again(self, reservation: Reservation, cause: Cause) -> Posted:
        """Reserve what was captured, because the booking is still to take place after all. It changes no balance.

        Raises:
            InvalidValue: nothing is spent: it was not captured, or all was given back.
        """
        spent = reservation.spent
        _require_at_most(spent, spent)
        taken = reservation.back(spent)[::-1]
        return self._posted(LoyaltyEntryKind.RESERVED, 0, cause, lots=self.lots, taken=taken, held=spent)

    def release(self, reservation: Reservation, cause: Cause, *, points: int | None = None) -> Posted:
        """Give back what a reservation holds, or so many points of it: of what expires last.

        What has expired meanwhile can be spent for `GRACE`.

        Raises:
            InvalidValue: it holds fewer points, e.g. none because it was captured; or there are no points.
        """
        back = reservation.held if points is None else points
        _require_at_most(reservation.held, back)
        return self._giving_back(reservation.back(back), LoyaltyEntryKind.RELEASED, cause, held=-back)

    def give_back(self, reservation: Reservation, points: int, cause: Cause) -> Posted:
        """Give back so many points of what was captured, like `release`.

        Raises:
            InvalidValue: fewer points are spent, e.g. none because it was not captured; or there are no points.
        """
        _require_at_most(reservation.spent, points)
        return self._giving_back(reservation.back(points), LoyaltyEntryKind.RETURNED, cause)

    def reclaim(
        self,
        points: int,
        cause: Cause,
        *,
        earned_by: str | None = None,
        kind: LoyaltyEntryKind = LoyaltyEntryKind.RECLAIMED,
    ) -> Posted:
        """Take points back, whether they are there or not: those of the lot `earned_by` first, the rest as a debt.

        Expired points are not there, whether `expire` has removed them or not.

        Raises:
            InvalidValue: there are no points.
        """
        if points <= 0:
            raise InvalidValue(field="points", problem="more than 0")
        left, own = _take(points, self.lots, lambda lot: lot.cause == earned_by and not lot.expired(cause.at))
        left, others = _take(points - _sum(own), left, lambda lot: not lot.expired(cause.at))
        debt = points - _sum(own) - _sum(others)
        return self._posted(kind, -points, cause, lots=left, debt=self.debt + debt, taken=(*own, *others))

    def expire(self, cause: Cause) -> Posted | None:
        """Remove what can no longer be spent; None if there is nothing of it."""
        left, gone = _take(_sum(self.lots), self.lots, lambda lot: lot.expired(cause.at))
        if not gone:
            return None
        return self._posted(LoyaltyEntryKind.EXPIRED, -_sum(gone), cause, lots=left, taken=gone)

    def warned(self, now: datetime) -> Self:
        """The account once its customer is told of what expires within `WARNING`."""
        until = now + WARNING
        return replace(self, warned_until=until, warn_at=_warn_at(self.lots, until), version=self.version + 1)

    def _giving_back(self, lots: Iterable[Lot], kind: LoyaltyEntryKind, cause: Cause, *, held: int = 0) -> Posted:
        later = [replace(lot, expires_at=cause.at + GRACE) if lot.expired(cause.at) else lot for lot in lots]
        return self._adding(later, kind, cause, held=held)

    def _adding(self, lots: Iterable[Lot], kind: LoyaltyEntryKind, cause: Cause, *, held: int = 0) -> Posted:
        """Add these lots, of which the debt is paid first."""
        given = tuple(lots)
        kept, paid = _take(self.debt, given, lambda _: True)
        by_origin = {lot.origin: lot for lot in self.lots}
        for lot in kept:
            known = by_origin.get(lot.origin)
            by_origin[lot.origin] = lot if known is None else replace(lot, points=lot.points + known.points)
        return self._posted(kind, _sum(given), cause, lots=by_origin.values(), debt=self.debt - _sum(paid), held=held)

    def _posted(
        self,
        kind: LoyaltyEntryKind,
        points: int,
        cause: Cause,
        *,
        lots: Iterable[Lot],
        debt: int | None = None,
        taken: tuple[Lot, ...] = (),
        held: int = 0,
    ) -> Posted:
        ordered = tuple(sorted(lots, key=_first_to_expire))
        after = replace(
            self,
            lots=ordered,
            debt=self.debt if debt is None else debt,
            reserved=self.reserved + held,
            next_expiry=min((lot.expires_at for lot in ordered if lot.expires_at is not None), default=None),
            warn_at=_warn_at(ordered, self.warned_until),
            version=self.version + 1,
        )
        entry = LoyaltyEntry(
            id=cause.id,
            account_id=self.id,
            kind=kind,
            cause=cause.name,
            points=points,
            balance=after.balance,
            lots=taken,
            booking_id=cause.booking_id,
            reason=cause.reason,
            at=cause.at,
        )
        return after, entry


def _require_at_most(most: int, points: int) -> None:
    if not 0 < points <= most:
        raise InvalidValue(field="points", problem=f"1 to {most}" if most else "nothing is reserved")


def _sum(lots: Iterable[Lot]) -> int:
    return sum(lot.points for lot in lots)


def _warn_at(lots: Iterable[Lot], told: datetime | None) -> datetime | None:
    """When to tell of what expires after the customer was told last."""
    times = [lot.expires_at for lot in lots if lot.expires_at is not None]
    return min((at - WARNING for at in times if told is None or told < at), default=None)


def _first_to_expire(lot: Lot) -> tuple[bool, float, float, str]:
    expires = lot.expires_at
    return expires is None, 0 if expires is None else expires.timestamp(), lot.active_from.timestamp(), lot.cause


def _take(points: int, lots: Iterable[Lot], when: Callable[[Lot], bool]) -> tuple[tuple[Lot, ...], tuple[Lot, ...]]:
    """Take up to so many points of the lots that qualify, in order; return what is left and what was taken."""
    left, taken = [], []
    for lot in lots:
        part = min(points, lot.points) if when(lot) else 0
        points -= part
        if part:
            taken.append(replace(lot, points=part))
        if part < lot.points:
            left.append(replace(lot, points=lot.points - part))
    return tuple(left), tuple(taken)
