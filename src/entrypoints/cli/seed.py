"""Demo data for development: accounts, providers, salons, appointments, a dispute and an announcement.

Seeding twice changes nothing.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final

from booking_domain.announcements.model import AnnouncementText
from booking_domain.announcements.ports import AnnouncementFilter
from booking_domain.bookings.consents import ConsentCodeNotFound
from booking_domain.bookings.model import Booking
from booking_domain.bookings.placing_errors import BookingForOthers, CustomerNotFound
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.disputes.model import Evidence
from booking_domain.disputes.ports import DisputeFilter
from booking_domain.files.model import Folder
from booking_domain.payments.desk import DeskMethod
from booking_domain.scheduling.errors import SlotTaken
from booking_domain.scheduling.weekly import Hours
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.money import Money
from booking_domain.shared.time import WallTime, time_zone
from booking_domain.use_cases.announcements.commands import MakeAnnouncement, make_announcement
from booking_domain.use_cases.bookings.change_status import ChangeBookingStatus, change_booking_status
from booking_domain.use_cases.bookings.consents import (
    GrantConsent,
    change_consent_code,
    grant_consent,
    list_given_consents,
)
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.catalogue.profiles import (
    DecideOnProfile,
    DurationChange,
    ProfileChange,
    TermsChange,
    decide_on_profile,
    open_profile,
    submit_profile,
)
from booking_domain.use_cases.disputes.commands import MakeStatement, OpenDispute, make_statement, open_dispute
from booking_domain.use_cases.payments.desk_payments import RecordDeskPayment, record_desk_payment
from booking_domain.use_cases.platform.listings import BookingListFilter
from booking_domain.use_cases.scheduling.calendars import AddRule, add_rule
from entrypoints.cli.demo_accounts import DemoAccount, People, executor_at, registered
from entrypoints.cli.demo_gift_cards import add_gift_cards
from entrypoints.cli.demo_images import DemoImages
from entrypoints.cli.demo_loyalty import add_loyalty
from entrypoints.cli.demo_packages import add_packages
from entrypoints.cli.demo_plans import add_plans
from entrypoints.cli.demo_reviews import add_reviews
from entrypoints.cli.demo_salons import add_salons
from entrypoints.cli.demo_venues import add_venues
from entrypoints.container import Container
from entrypoints.settings.main import Environment, Settings
from entrypoints.wiring.root import opened

DEPOSIT: Final = Money.of(20_000, "MNT")
PRICE: Final = Money.of(80_000, "MNT")
TWO_HOURS: Final = DurationChange(minutes=120, price_amount=Money.of(140_000, "MNT").amount)
"""A second duration, offered in addition to the default of one hour, for the same deposit."""
STYLES: Final = ("fine line", "ornamental")
OPEN: Final = Hours(WallTime.parse("10:00"), WallTime.parse("19:00"))
VISITS: Final = (timedelta(hours=20), timedelta(hours=6))
"""How long ago the appointments of the customer were that went well."""
EARLIER_VISITS: Final = (
    *((1, day, Status.COMPLETED) for day in (3, 9, 21)),
    (1, 16, Status.NO_SHOW),
    *((2, day, Status.COMPLETED) for day in (5, 19)),
)
"""Appointments of the months before, for statistics: how many months ago, on which day, and what became of them."""
DISPUTED: Final = timedelta(hours=30)
"""How long ago the disputed appointment was."""
COMPLAINT: Final = ("The lines are uneven", "Two lines on the left arm blurred within a day.")
ANSWER: Final = "The skin was still swollen. I offered a free touch-up in four weeks."
WELCOME: Final = (
    AnnouncementText(language="en", title="Welcome to the demo", text="Nothing here is real, and nothing is charged."),
    AnnouncementText(language="mn", title="Туршилтын хувилбар", text="Энд бодит зүйл байхгүй, мөнгө ч авахгүй."),
    AnnouncementText(
        language="fa", title="به نسخهٔ نمایشی خوش آمدید", text="اینجا هیچ‌چیز واقعی نیست و پولی گرفته نمی‌شود."
    ),
)
MONDAY_TO_SATURDAY: Final = range(1, 7)


class SeedRefused(Exception):
    """Demo data is refused in production: its passwords are public."""


ADMIN: Final = DemoAccount("admin@example.com", "Admin", Role.ADMIN)
PROVIDER: Final = DemoAccount("provider@example.com", "Sarnai", Role.PROVIDER)
CUSTOMER: Final = DemoAccount("customer@example.com", "Bold", Role.CUSTOMER)
ACCOUNTS: Final = (ADMIN, PROVIDER, CUSTOMER)
"""Those of `People`."""


async def seed(settings: Settings, url: str) -> None:
    """Add the missing demo data through the use cases.

    Raises:
        SeedRefused: the environment is production.
    """
    if settings.environment is Environment.PRODUCTION:
        raise SeedRefused("demo data is for development only: its passwords are public")
    container = Container(settings=replace(settings, database_url=url))
    async with opened(container.database(), container.object_storage()):
        people = People(*[await registered(container, account) for account in ACCOUNTS])
        for add in PARTS:
            await add(container, people)


async def _provider(container: Container, people: People) -> None:
    executor, reads, owner = container.executor(), container.reads(), people.provider
    view = await reads.providers.by_owner(owner.id)
    if view is None:
        images = DemoImages(container)
        profile = ProfileChange(
            display_name="Sarnai Tattoo",
            bio="Fine lines and ornament, by appointment.",
            styles=STYLES,
            address="Peace Avenue 1, Ulaanbaatar",
            time_zone="Asia/Ulaanbaatar",
            photo_file_id=await images.upload(owner, Folder.PROVIDER_PHOTOS, owner.name),
            terms=TermsChange(
                deposit_amount=DEPOSIT.amount,
                price_amount=PRICE.amount,
                durations=(TWO_HOURS,),
                currency=DEPOSIT.currency,
            ),
        )
        view = await executor.run(open_profile, profile, actor=owner.actor)
        await images.add_portfolio(owner, STYLES)
    calendar = await reads.schedules.calendar(view.profile.id)
    open_days = {rule.day for rule in calendar.rules} if calendar is not None else set()
    # Add hours to an empty calendar only, so that a developer's own changes survive.
    if not open_days and view.profile.status is ProfileStatus.DRAFT:
        for day in MONDAY_TO_SATURDAY:
            await executor.run(add_rule, AddRule(day=day, hours=OPEN), actor=owner.actor)
    if view.profile.status is ProfileStatus.DRAFT:
        await executor.run(submit_profile, None, actor=owner.actor)
        decision = DecideOnProfile(provider_id=view.profile.id, approved=True)
        await executor.run(decide_on_profile, decision, actor=people.admin.actor)


async def _consent(container: Container, people: People) -> None:
    """Record the customer's consent to bookings that the provider places for them."""
    executor, reads = container.executor(), container.reads()
    if await list_given_consents(people.customer.actor, None, 1, reads):
        return
    code = await executor.run(change_consent_code, None, actor=people.provider.actor)
    grant = GrantConsent(provider_id=code.provider_id, code=code.code)
    # A developer may have withdrawn or changed the profile.
    with suppress(ConsentCodeNotFound):
        await executor.run(grant_consent, grant, actor=people.customer.actor)


async def _visits(container: Container, people: People) -> None:
    """Completed appointments of the customer, who paid for them at the desk."""
    reads, owner = container.reads(), people.provider
    view = await reads.providers.by_owner(owner.id)
    if view is None or await reads.appointments.page(BookingListFilter(provider_id=view.profile.id, limit=1)):
        return
    for ago in VISITS:
        booking = await _completed(container, view.profile.id, ago, people)
        if booking is not None:
            paid = RecordDeskPayment(booking_id=booking.id, method=DeskMethod.CASH)
            await container.executor().run(record_desk_payment, paid, actor=owner.actor)


async def _earlier_visits(container: Container, people: People) -> None:
    """Appointments of the last two months, so that the statistics and the report of the last month show something."""
    reads, owner = container.reads(), people.provider
    view = await reads.providers.by_owner(owner.id)
    if view is None:
        return
    now = container.clock().now()
    noon = now.astimezone(time_zone(view.time_zone)).replace(hour=12, minute=0, second=0, microsecond=0)
    last_month = (noon.replace(day=1) - timedelta(days=1)).replace(day=1)
    before = (last_month - timedelta(days=1)).replace(day=1)
    known = BookingListFilter(provider_id=view.profile.id, at_before=last_month - timedelta(hours=12), limit=1)
    if await reads.appointments.page(known):
        return
    for months, day, status in EARLIER_VISITS:
        start = {1: last_month, 2: before}[months].replace(day=day)
        booking = await _ended(container, view.profile.id, now - start, people, status)
        if booking is not None and status is Status.COMPLETED:
            paid = RecordDeskPayment(booking_id=booking.id, method=DeskMethod.CASH)
            await executor_at(container, booking.span.start).run(record_desk_payment, paid, actor=owner.actor)


async def _dispute(container: Container, people: People) -> None:
    """Create a completed appointment that the customer disputes, and the provider's answer."""
    executor, reads, owner = container.executor(), container.reads(), people.provider
    view = await reads.providers.by_owner(owner.id)
    if view is None or await reads.disputes.page(DisputeFilter(provider_id=view.profile.id, limit=1)):
        return
    booking = await _completed(container, view.profile.id, DISPUTED, people)
    if booking is None:
        return
    claim = OpenDispute(booking_id=booking.id, reason=COMPLAINT[0], evidence=(Evidence(text=COMPLAINT[1]),))
    dispute = (await executor.run(open_dispute, claim, actor=people.customer.actor)).view.dispute
    answer = MakeStatement(dispute_id=dispute.id, evidence=Evidence(text=ANSWER))
    await executor.run(make_statement, answer, actor=owner.actor)


async def _announcement(container: Container, people: People) -> None:
    """An announcement for everyone, in all languages, without an end."""
    if await container.reads().announcements.page(AnnouncementFilter(limit=1)):
        return
    await container.executor().run(make_announcement, MakeAnnouncement(texts=WELCOME), actor=people.admin.actor)


async def _completed(container: Container, provider_id: ProviderId, ago: timedelta, people: People) -> Booking | None:
    """Create a completed appointment; return None if a developer has changed the data so that this fails."""
    return await _ended(container, provider_id, ago, people, Status.COMPLETED)


async def _ended(
    container: Container, provider_id: ProviderId, ago: timedelta, people: People, status: Status
) -> Booking | None:
    start = (container.clock().now() - ago).replace(minute=0, second=0, microsecond=0)
    then = executor_at(container, start)
    place = PlaceBooking(
        provider_id=provider_id,
        slot=start,
        customer_id=people.customer.id,
    )
    try:
        booking = await then.run(place_booking, place, actor=people.provider.actor)
    except (SlotTaken, BookingForOthers, CustomerNotFound):
        return None
    for to, actor in ((Status.CONFIRMED, people.admin.actor), (status, people.provider.actor)):
        if booking.status is not to:
            change = ChangeBookingStatus(booking_id=booking.id, to=to)
            booking = await then.run(change_booking_status, change, actor=actor)
    return booking


PARTS: Final = (
    _provider,
    _consent,
    _visits,
    _dispute,
    add_salons,
    add_venues,
    add_reviews,
    add_gift_cards,
    add_loyalty,
    add_packages,
    add_plans,
    _earlier_visits,
    _announcement,
)
"""What adds the demo data, in this order. A feature that needs more than what is there adds a part."""
