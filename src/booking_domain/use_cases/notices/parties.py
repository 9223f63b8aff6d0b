"""What the messages about a booking have in common: its parties, and the values of the fields."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.identity.model import User
from booking_domain.identity.preferences import MemberNews
from booking_domain.notifications.notices import LocalTime, Notice, NoticeTemplate, NoticeValue, Words
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import BookingId, UserId
from booking_domain.use_cases.notices.declarations import Addressed, Reader, Told
from booking_domain.use_cases.platform.ports import Reads
from booking_domain.use_cases.platform.views import ProviderView

_CUSTOMER: Final = "to_customer"
WALK_IN: Final = Words("Walk-in")
_READERS: Final = {_CUSTOMER: Reader.CUSTOMER, "to_provider": Reader.PROVIDER, "to_admins": Reader.ADMINS}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyNotices:
    """The notices of one event, with a common subject; none goes to a party without a text."""

    subject: str
    to_customer: str | None = None
    to_provider: str | None = None
    to_admins: str | None = None
    customer_details: tuple[str, ...] = ()
    provider_details: tuple[str, ...] = ()

    def templates(self) -> Iterator[tuple[str, NoticeTemplate]]:
        """Yield the name of each text with its template."""
        for name, text, details in (
            (_CUSTOMER, self.to_customer, self.customer_details),
            ("to_provider", self.to_provider, self.provider_details),
            ("to_admins", self.to_admins, ()),
        ):
            if text is not None:
                yield name, NoticeTemplate(subject=self.subject, text=text, details=details)


def templates_of(notices: Mapping[str, PartyNotices]) -> Mapping[str, NoticeTemplate]:
    """Return the templates, each by the key of its notices and who gets it."""
    return {f"{key}.{name}": template for key, each in notices.items() for name, template in each.templates()}


def readers_of(notices: Mapping[str, PartyNotices], *keys: str) -> Told:
    """Return whom the notices with these keys are for."""
    named = {name for key in keys for name, _ in notices[key].templates()}
    return Told(tuple(reader for name, reader in _READERS.items() if name in named))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """A booking, and the people whom messages about it name."""

    booking: Booking
    customer: User
    """The provider's own account, if the customer has none."""
    owner: User
    """The provider's account."""
    provider: ProviderView
    customer_name: str
    """Empty for a walk-in without a name."""
    customer_phone: str
    manager_id: UserId | None
    """The manager of the salon that the provider is a member of now."""

    @property
    def local(self) -> Callable[[datetime], LocalTime]:
        """The clock on which messages tell the times."""
        return clock_of(self.booking.time_zone, self.customer)

    def values(self) -> dict[str, NoticeValue]:
        """The values of the fields that follow from the booking."""
        booking, local = self.booking, self.local
        return {
            "reference": booking.reference,
            "provider": self.provider.profile.display_name,
            "customer": self.customer_name or WALK_IN,
            "when": time_of(booking, self.customer),
            "end": local(booking.span.end),
            "time_zone": booking.time_zone,
            "deposit": booking.quote.deposit or booking.deposit,  # or: paid by now
            "balance": booking.quote.balance,
            "due": "" if booking.due_at is None else local(booking.due_at),
            "offered": tuple(local(start) for start in booking.offered_times),
        }

    def addressed(self, notices: PartyNotices, **values: NoticeValue) -> Iterator[Addressed]:
        """Address the notices of an event. A customer without an account is not notified."""
        filled = {**self.values(), **values}
        to = {_CUSTOMER: self.customer.id, "to_provider": self.owner.id}
        for name, template in notices.templates():
            if name != _CUSTOMER or self.customer.id != self.owner.id:
                yield Addressed(to.get(name, Role.ADMIN), template.fill(**filled))

    def to_manager(
        self, notice: Notice, *, by: UserId | None = None, news: MemberNews = MemberNews.BOOKINGS
    ) -> Iterator[Addressed]:
        """Address a notice to the provider to the manager of its salon, too, with the provider's name.

        A manager who has done it (`by`), or is the customer, is not notified.
        """
        if self.manager_id not in {self.owner.id, self.customer.id, by}:
            yield from to_manager(self.manager_id, notice, self.provider.profile.display_name, news)

    def addressed_with_manager(self, notices: PartyNotices, **values: NoticeValue) -> Iterator[Addressed]:
        """Address the notices of an event about money; the manager gets what the provider gets."""
        for each in self.addressed(notices, **values):
            yield each
            if each.to == self.owner.id:
                yield from self.to_manager(each.notice, news=MemberNews.PAYMENTS)


def to_manager(manager_id: UserId | None, notice: Notice, provider: str, news: MemberNews) -> Iterator[Addressed]:
    """Address a notice to the provider to the manager of its salon, if there is one, with the provider's name."""
    if manager_id is not None:
        yield Addressed(manager_id, notice, mark=f"{provider}: ", of_member=news)


async def parties_of(booking_id: BookingId, reads: Reads) -> Parties | None:
    """Return a booking with its parties."""
    booking = await reads.bookings.get(booking_id)
    if booking is None:
        return None
    customer, owner = await reads.users.get(booking.customer_id), await reads.users.get(booking.provider_user_id)
    provider = await reads.providers.get(booking.provider_id)
    if customer is None or owner is None or provider is None:
        return None
    walk_in = (await reads.walk_ins.of_each([booking.id])).get(booking.id)
    return Parties(
        booking=booking,
        customer=customer,
        owner=owner,
        provider=provider,
        customer_name=booking.name_of_customer(customer.name, walk_in),
        customer_phone=(walk_in.phone if walk_in else None if booking.of_walk_in else customer.phone) or "",
        manager_id=await reads.salons.manager_of(booking.provider_id),
    )


def time_of(booking: Booking, customer: User | None) -> LocalTime:
    """When the appointment begins, and its last day if it takes several, on the clock of `clock_of`."""
    return LocalTime.of(booking.span, booking.time_zone, None if customer is None else customer.time_zone)


def clock_of(zone: str, customer: User | None) -> Callable[[datetime], LocalTime]:
    """Return the clock of the provider's time zone, with the customer's beside it.

    Every message about a booking uses it, so that both parties read the same time in all of them.
    """
    return partial(LocalTime, zone=zone, beside=None if customer is None else customer.time_zone)
