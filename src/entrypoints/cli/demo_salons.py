"""Demo salons: their managers, members, services, hours, pictures and portfolios, and bookings in every status.

A salon whose manager has no account yet is added with everything in it; any other salon is left alone.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from booking_domain.bookings.ideas import IdeaContent
from booking_domain.bookings.model import BookingMode
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import Location
from booking_domain.files.model import Folder
from booking_domain.identity.model import User
from booking_domain.payments.desk import DeskMethod
from booking_domain.scheduling.weekly import Hours
from booking_domain.shared.actor import SYSTEM, Role
from booking_domain.shared.errors import DomainError
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId
from booking_domain.shared.money import Money
from booking_domain.use_cases.bookings.change_status import ChangeBookingStatus, change_booking_status
from booking_domain.use_cases.bookings.expire_booking import ExpireBooking, expire_booking
from booking_domain.use_cases.bookings.ideas import NewIdea, ShareIdea, share_idea
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.catalogue.profiles import (
    DecideOnProfile,
    ProfileChange,
    TermsChange,
    decide_on_profile,
    open_profile,
    submit_profile,
)
from booking_domain.use_cases.catalogue.salons import (
    EditSalon,
    Membership,
    OpenSalon,
    SetSalonHours,
    accept_invitation,
    edit_salon,
    invite_provider,
    open_salon,
    set_salon_hours,
)
from booking_domain.use_cases.catalogue.services import (
    AddService,
    OfferService,
    ServiceChange,
    add_service,
    offer_service,
)
from booking_domain.use_cases.payments.desk_payments import RecordDeskPayment, record_desk_payment
from booking_domain.use_cases.scheduling.calendars import AddRule, SetRules, set_rules
from entrypoints.cli.demo_accounts import PASSWORD, DemoAccount, People, executor_at, registered
from entrypoints.cli.demo_images import DemoImages
from entrypoints.container import Container

ZONE: Final = "Asia/Ulaanbaatar"
SALON_HOURS: Final = Hours.parse("10:00-20:00")
_A_DAY: Final = timedelta(days=1)


class DemoService(NamedTuple):
    """A service of a salon, with amounts in tögrög."""

    name: str
    category: str
    minutes: int
    price: int
    deposit: int = 0
    buffer_after: int = 10
    add_on: bool = False


class DemoMember(NamedTuple):
    """A member of a salon, who offers its services."""

    name: str
    bio: str
    styles: tuple[str, ...]
    hours: str = "10:00-19:00"
    on_request: bool = False
    price: int | None = None
    """This member's own price of the first service, in tögrög."""


class DemoBooking(NamedTuple):
    """A booking of a member by a customer: its final status, its time, and the customer's review."""

    status: Status
    days: int
    """From today."""
    hour: int
    member: int
    service: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSalon:
    """A salon with its manager and members. The first two services are not add-ons; the second requires a deposit."""

    manager: DemoAccount
    name: str
    address: str
    city: str
    location: Location
    phone: str
    services: tuple[DemoService, ...]
    members: tuple[DemoMember, ...]
    bookings: tuple[DemoBooking, ...]


CUSTOMERS: Final = (
    DemoAccount("oyun@example.com", "Oyun", Role.CUSTOMER),
    DemoAccount("temuulen@example.com", "Temuulen", Role.CUSTOMER),
)
SALONS: Final = (
    DemoSalon(
        manager=DemoAccount("altan@example.com", "Altan", Role.MANAGER),
        name="Nomad House",
        address="Peace Avenue 17",
        city="Ulaanbaatar",
        location=Location(lat=47.9184, lon=106.9177),
        phone="+97699110017",
        services=(
            DemoService("Small tattoo", "Tattoos", 60, 120_000, buffer_after=15),
            DemoService("Half-day session", "Tattoos", 240, 600_000, deposit=150_000, buffer_after=30),
            DemoService("Touch-up", "Tattoos", 30, 40_000),
            DemoService("Aftercare set", "Extras", 5, 25_000, add_on=True, buffer_after=0),
        ),
        members=(
            DemoMember("Nomin", "Fine lines, flowers and script.", ("fine line", "script")),
            DemoMember("Ganzorig", "Blackwork and ornament since 2014.", ("blackwork", "ornamental"), price=150_000),
            DemoMember("Khulan", "Watercolour and small animals.", ("watercolour",), hours="12:00-20:00"),
            DemoMember("Tuguldur", "Large pieces, by consultation.", ("japanese", "realism"), on_request=True),
        ),
        bookings=(
            DemoBooking(Status.CONFIRMED, 2, 11, 0),
            DemoBooking(Status.CONFIRMED, 3, 13, 2),
            DemoBooking(Status.PENDING, 4, 11, 1, service=1),
            DemoBooking(Status.REQUESTED, 5, 14, 3),
            DemoBooking(Status.COMPLETED, -3, 11, 0),
            DemoBooking(Status.COMPLETED, -4, 15, 1),
            DemoBooking(Status.CANCELLED, 6, 11, 0),
            DemoBooking(Status.NO_SHOW, -2, 16, 2),
            DemoBooking(Status.EXPIRED, -1, 11, 1, service=1),
        ),
    ),
    DemoSalon(
        manager=DemoAccount("solongo@example.com", "Solongo", Role.MANAGER),
        name="Silk Road Hair",
        address="Seoul Street 9",
        city="Ulaanbaatar",
        location=Location(lat=47.9125, lon=106.9061),
        phone="+97699110009",
        services=(
            DemoService("Cut and style", "Hair", 45, 45_000),
            DemoService("Colour", "Hair", 120, 160_000, deposit=40_000, buffer_after=15),
            DemoService("Wash", "Extras", 15, 10_000, add_on=True, buffer_after=0),
        ),
        members=(
            DemoMember("Saruul", "Short cuts and beards.", ("haircut", "beard")),
            DemoMember("Enkhmaa", "Colour and long hair.", ("colour", "highlights"), price=60_000),
            DemoMember("Misheel", "Braids for every occasion.", ("braids",), hours="11:00-20:00"),
            DemoMember("Anar", "Quiet cuts without small talk.", ("haircut",)),
        ),
        bookings=(
            DemoBooking(Status.CONFIRMED, 1, 15, 0),
            DemoBooking(Status.CONFIRMED, 2, 16, 1),
            DemoBooking(Status.COMPLETED, -2, 12, 0),
            DemoBooking(Status.COMPLETED, -6, 14, 1),
            DemoBooking(Status.COMPLETED, -5, 13, 3),
        ),
    ),
    DemoSalon(
        manager=DemoAccount("delger@example.com", "Delger", Role.MANAGER),
        name="Lotus Nails",
        address="Amarsanaa Street 4",
        city="Darkhan",
        location=Location(lat=49.4867, lon=105.9228),
        phone="+97699110004",
        services=(
            DemoService("Manicure", "Nails", 45, 35_000),
            DemoService("Gel extensions", "Nails", 105, 95_000, deposit=20_000, buffer_after=15),
        ),
        members=(
            DemoMember("Zaya", "Classic and French.", ("manicure", "pedicure")),
            DemoMember("Uyanga", "Nail art, drawn by hand.", ("nail art",), price=50_000),
            DemoMember("Ariuna", "Gel, quick and lasting.", ("gel",), hours="12:00-20:00"),
        ),
        bookings=(
            DemoBooking(Status.CONFIRMED, 1, 16, 2),
            DemoBooking(Status.COMPLETED, -3, 14, 1),
        ),
    ),
)


async def add_salons(container: Container, people: People) -> None:
    """Add the salons that are missing."""
    password_hash: str | None = None
    for salon in SALONS:
        if await container.reads().users.by_login(salon.manager.email) is not None:
            continue
        # All demo accounts have one password: it is hashed once.
        password_hash = password_hash or await container.password_hasher().hash(PASSWORD)
        customers = [people.customer, *[await registered(container, each, password_hash) for each in CUSTOMERS]]
        await _Opening(container, salon, people.admin, password_hash).run(customers)


class _Opening:
    """A salon that is being added."""

    def __init__(self, container: Container, salon: DemoSalon, admin: User, password_hash: str) -> None:
        self._container = container
        self._salon = salon
        self._admin = admin
        self._password_hash = password_hash
        self._executor = container.executor()
        self._images = DemoImages(container)

    async def run(self, customers: list[User]) -> None:
        manager = await registered(self._container, self._salon.manager, self._password_hash)
        opened = await self._executor.run(
            open_salon,
            OpenSalon(
                name=self._salon.name,
                time_zone=ZONE,
                address=self._salon.address,
                city=self._salon.city,
                location=self._salon.location,
                phone=self._salon.phone,
                email=self._salon.manager.email,
            ),
            actor=manager.actor,
        )
        hours = SetSalonHours(salon_id=opened.id, rules=_daily(SALON_HOURS))
        await self._executor.run(set_salon_hours, hours, actor=manager.actor)
        photo_id = await self._images.upload(manager, Folder.SALON_PHOTOS, self._salon.name)
        photos = EditSalon(salon_id=opened.id, photo_file_ids=(photo_id,))
        await self._executor.run(edit_salon, photos, actor=manager.actor)
        services = [
            (await self._executor.run(add_service, _service(each, opened.id), actor=manager.actor)).service.id
            for each in self._salon.services
        ]
        members = []
        for member in self._salon.members:
            owner, provider_id = await self._provider(member)
            invitation = Membership(salon_id=opened.id, provider_id=provider_id)
            await self._executor.run(invite_provider, invitation, actor=manager.actor)
            await self._executor.run(accept_invitation, opened.id, actor=owner.actor)
            for number, service_id in enumerate(services):
                own = None if number or member.price is None else _minor(member.price)
                offer = OfferService(service_id=service_id, price_amount=own)
                await self._executor.run(offer_service, offer, actor=owner.actor)
            members.append((owner, provider_id))
        for number, booking in enumerate(self._salon.bookings):
            owner, provider_id = members[booking.member]
            # A developer may have changed an account so that this fails.
            with suppress(DomainError):
                await self._booking(booking, owner, provider_id, services, customers[number % len(customers)])

    async def _provider(self, member: DemoMember) -> tuple[User, ProviderId]:
        """Create an approved provider who is open every day."""
        account = DemoAccount(f"{member.name.lower()}@example.com", member.name, Role.PROVIDER)
        owner = await registered(self._container, account, self._password_hash)
        profile = ProfileChange(
            display_name=member.name,
            bio=member.bio,
            styles=member.styles,
            languages=("mn", "en"),
            address=f"{self._salon.address}, {self._salon.city}",
            location=self._salon.location,
            time_zone=ZONE,
            photo_file_id=await self._images.upload(owner, Folder.PROVIDER_PHOTOS, member.name),
            terms=TermsChange(
                mode=BookingMode.REQUEST if member.on_request else BookingMode.INSTANT,
                price_amount=_minor(self._salon.services[0].price),
                deposit_amount=0,
                currency="MNT",
            ),
        )
        provider_id = (await self._executor.run(open_profile, profile, actor=owner.actor)).profile.id
        await self._executor.run(set_rules, SetRules(rules=_daily(Hours.parse(member.hours))), actor=owner.actor)
        await self._executor.run(submit_profile, None, actor=owner.actor)
        decision = DecideOnProfile(provider_id=provider_id, approved=True)
        await self._executor.run(decide_on_profile, decision, actor=self._admin.actor)
        await self._images.add_portfolio(owner, member.styles)
        return owner, provider_id

    async def _booking(
        self, planned: DemoBooking, owner: User, provider_id: ProviderId, services: list[ServiceId], customer: User
    ) -> None:
        """Place a booking and bring it to its status. A past booking was placed two days before its start."""
        start = self._at(planned.days, planned.hour)
        now = self._container.clock().now()
        before = executor_at(self._container, min(now, start - 2 * _A_DAY))
        order = PlaceBooking(provider_id=provider_id, slot=start, service_ids=(services[planned.service],))
        if planned.status is Status.REQUESTED:
            sketch = await self._images.upload(customer, Folder.IDEAS, f"The wish of {customer.name}")
            order = replace(order, idea=NewIdea(content=WISH, file_ids=(sketch,)))
        booking = await before.run(place_booking, order, actor=customer.actor)
        if planned.status is Status.REQUESTED:
            answer = ShareIdea(booking_id=booking.id, idea=NewIdea(content=ESTIMATE))
            await self._executor.run(share_idea, answer, actor=owner.actor)
        if planned.status is Status.EXPIRED:
            expiry = executor_at(self._container, start - _A_DAY)
            await expiry.run(expire_booking, ExpireBooking(booking_id=booking.id), actor=SYSTEM)
        elif planned.status in _CHANGED_BY:
            change = ChangeBookingStatus(booking_id=booking.id, to=planned.status)
            actor = {Role.CUSTOMER: customer, Role.PROVIDER: owner}[_CHANGED_BY[planned.status]].actor
            after = executor_at(self._container, min(now, booking.span.end))
            await after.run(change_booking_status, change, actor=actor)
        if planned.status is Status.COMPLETED:
            paid = RecordDeskPayment(booking_id=booking.id, method=DeskMethod.CARD)
            await self._executor.run(record_desk_payment, paid, actor=owner.actor)

    def _at(self, days: int, hour: int) -> datetime:
        zone = ZoneInfo(ZONE)
        today = self._container.clock().now().astimezone(zone)
        return today.replace(hour=hour, minute=0, second=0, microsecond=0) + days * _A_DAY


def _minor(tugriks: int) -> int:
    return Money.of(tugriks, "MNT").amount


WISH: Final = IdeaContent(
    description="A koi that swims up the forearm, between waves.",
    size="25 cm",
    placement="left forearm",
    colours="black, a little red",
    budget_amount=_minor(900_000),
)
ESTIMATE: Final = IdeaContent(
    description="Two sessions, two weeks apart. I would start with the outline.", estimate_amount=_minor(850_000)
)

_CHANGED_BY: Final[Mapping[Status, Role]] = {
    Status.COMPLETED: Role.PROVIDER,
    Status.NO_SHOW: Role.PROVIDER,
    Status.CANCELLED: Role.CUSTOMER,
}


def _service(service: DemoService, salon_id: SalonId) -> AddService:
    return AddService(
        salon_id=salon_id,
        name=service.name,
        minutes=service.minutes,
        price_amount=_minor(service.price),
        rest=ServiceChange(
            category=service.category,
            deposit_amount=_minor(service.deposit),
            buffer_after_minutes=service.buffer_after,
            add_on=service.add_on,
        ),
    )


def _daily(hours: Hours) -> tuple[AddRule, ...]:
    return tuple(AddRule(day=day, hours=hours) for day in range(7))
