"""Bookings that the provider or an admin places for a customer, and the customer's consent."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.use_cases.scenes import FREE, MINUTE

from booking_domain.bookings.consents import (
    CODE_LENGTH,
    ConsentChanged,
    ConsentCodeNotFound,
    ConsentNotFound,
    ConsentStatus,
    NoConsentCode,
)
from booking_domain.bookings.errors import BookingNotFound
from booking_domain.bookings.events import BookingChanged
from booking_domain.bookings.placing_errors import UNSETTLED_PER_CUSTOMER, BookingForOthers, CustomerNotFound
from booking_domain.bookings.references import ALPHABET
from booking_domain.bookings.transitions import Status
from booking_domain.bookings.walk_ins import NewWalkIn
from booking_domain.catalogue.model import ProfileMissing
from booking_domain.identity.model import UserStatus
from booking_domain.scheduling.errors import ProviderNotFound
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import NotPermitted
from booking_domain.shared.ids import ProviderId, UserId
from booking_domain.testing.builders import HOUR, TOMORROW
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.consents import (
    GrantConsent,
    change_consent_code,
    get_consent_code,
    grant_consent,
    list_given_consents,
    list_received_consents,
    remove_consent_code,
    revoke_consent,
)
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.catalogue.profiles import ProfileChange, open_profile
from booking_domain.use_cases.catalogue.salons import (
    Membership,
    OpenSalon,
    accept_invitation,
    invite_provider,
    open_salon,
)
from booking_domain.use_cases.messages.notify import notify
from entrypoints.languages.notices import GettextTranslator

TRANSLATOR = GettextTranslator("en")
DAY = timedelta(days=1)
LATER = TOMORROW + 3 * HOUR


async def code_of(studio: Studio) -> str:
    return (await studio.run(change_consent_code, None, by=studio.owner)).code


async def granted(studio: Studio, customer: Actor, code: str) -> None:
    await studio.run(grant_consent, GrantConsent(provider_id=studio.provider_id, code=code), by=customer)


async def refused(studio: Studio, customer: Actor) -> None:
    """Neither the provider nor an admin can book for this customer, alone or in a series."""
    for staff in (studio.owner, studio.admin):
        with pytest.raises(CustomerNotFound) as refusal:
            await studio.book(LATER, by=staff, customer=customer)
        assert refusal.value.field_path == ("customer_id",)
        with pytest.raises(CustomerNotFound):
            await studio.book_series(LATER, times=2, by=staff, customer=customer)
    assert await studio.is_free(LATER)


async def test_strangers_cannot_be_booked_for(studio: Studio) -> None:
    await refused(studio, await studio.joined())


async def test_a_provider_can_book_for_a_customer_who_booked_before(studio: Studio) -> None:
    customer = await studio.joined()
    own = await studio.book(by=customer)
    await studio.move(own, Status.CANCELLED, by=customer)
    for number, staff in enumerate((studio.owner, studio.admin)):
        booking = await studio.book(LATER + number * HOUR, by=staff, customer=customer)
        assert (booking.customer_id, booking.placed_by_staff) == (customer.id, True)


async def test_a_booking_elsewhere_does_not_count(studio: Studio) -> None:
    customer, colleague = await studio.joined(), await studio.joined(Role.PROVIDER)
    here, studio.provider_id = studio.provider_id, await studio.new_provider(colleague, FREE)
    await studio.book(by=customer)
    studio.provider_id = here
    await refused(studio, customer)


async def test_a_booking_placed_by_the_staff_does_not_open_the_door(studio: Studio) -> None:
    await studio.book(by=studio.owner, customer=studio.customer)
    await studio.run(revoke_consent, studio.provider_id, by=studio.customer)
    await refused(studio, studio.customer)


async def test_a_customer_consents_with_the_code_of_the_provider(studio: Studio) -> None:
    customer, code = await studio.joined(), await code_of(studio)
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(ALPHABET)
    assert (await get_consent_code(studio.owner, studio.reads)).code == code
    await refused(studio, customer)
    await granted(studio, customer, f" {code[:5].lower()}-{code[5:]}")
    assert (await studio.book(LATER, by=studio.owner, customer=customer)).customer_id == customer.id
    [given] = await list_given_consents(customer, None, 10, studio.reads)
    received = await list_received_consents(studio.owner, None, 10, studio.reads)
    assert given in received
    assert (given.consent.status, given.consent.customer_id) == (ConsentStatus.GRANTED, customer.id)


async def test_wrong_codes_and_unknown_providers_get_the_same_answer(studio: Studio) -> None:
    customer, former = await studio.joined(), await code_of(studio)
    code = await code_of(studio)
    draft = await studio.joined(Role.PROVIDER)
    for provider_id, entered, by in (
        (studio.provider_id, former, customer),
        (studio.provider_id, "", customer),
        (studio.provider_id, code[:-1], customer),
        (ProviderId(studio.entropy.new_id()), code, customer),
        (studio.provider_id, code, studio.owner),
    ):
        with pytest.raises(ConsentCodeNotFound):
            await studio.run(grant_consent, GrantConsent(provider_id=provider_id, code=entered), by=by)
    await studio.run(remove_consent_code, None, by=studio.owner)
    with pytest.raises(ConsentCodeNotFound):
        await granted(studio, customer, code)
    with pytest.raises(NoConsentCode):
        await get_consent_code(studio.owner, studio.reads)
    with pytest.raises(ProfileMissing):
        await studio.run(change_consent_code, None, by=draft)
    with pytest.raises(ProfileMissing):
        await studio.run(remove_consent_code, None, by=draft)
    await refused(studio, customer)


async def test_only_providers_ask_and_admins_consent_to_nothing(studio: Studio) -> None:
    code = await code_of(studio)
    for other in (studio.customer, studio.admin, await studio.joined(Role.MANAGER)):
        with pytest.raises(NotPermitted):
            await studio.run(change_consent_code, None, by=other)
    with pytest.raises(NotPermitted):
        await granted(studio, studio.admin, code)
    with pytest.raises(NotPermitted):
        await list_given_consents(studio.admin, None, 10, studio.reads)
    with pytest.raises(NotPermitted):
        await list_received_consents(studio.customer, None, 10, studio.reads)


async def test_a_revoked_consent_outweighs_earlier_bookings_until_it_is_granted_again(studio: Studio) -> None:
    customer, code = await studio.joined(), await code_of(studio)
    await studio.book(by=customer)
    for _ in range(2):
        await studio.run(revoke_consent, studio.provider_id, by=customer)
        await refused(studio, customer)
    await studio.book(TOMORROW + HOUR, by=customer)
    await refused(studio, customer)
    for _ in range(2):
        await granted(studio, customer, code)
    await studio.book(LATER, by=studio.owner, customer=customer)
    events = [event.topic for event in await studio.backend.outbox_events() if event.topic.startswith("consent.")]
    assert events == ["consent.revoked", "consent.granted"]


async def test_revoking_consent_for_an_unvisited_provider_is_refused(studio: Studio) -> None:
    customer = await studio.joined()
    for provider_id in (studio.provider_id, ProviderId(studio.entropy.new_id())):
        with pytest.raises(ConsentNotFound):
            await studio.run(revoke_consent, provider_id, by=customer)
    assert await list_given_consents(customer, None, 10, studio.reads) == []


async def test_disabled_and_deleted_accounts_and_admins_cannot_be_booked_for(studio: Studio) -> None:
    for status in (UserStatus.DISABLED, UserStatus.DELETED):
        customer = await studio.joined()
        await studio.consent(customer)
        async with studio.backend.begin() as tx:
            user = await tx.users.lock(customer.id)
            assert user is not None
            await tx.users.save(replace(user, status=status))
        await refused(studio, customer)
    other_admin = await studio.joined(Role.ADMIN)
    await studio.consent(other_admin)
    await refused(studio, other_admin)
    await refused(studio, Actor(UserId(studio.entropy.new_id()), Role.CUSTOMER))


async def test_an_admin_without_customer_id_books_for_themselves(studio: Studio) -> None:
    booking = await studio.book(by=studio.admin)
    assert (booking.status, booking.customer_id, booking.placed_by_staff) == (Status.PENDING, studio.admin.id, False)


async def test_a_provider_who_takes_no_bookings_books_for_nobody(studio: Studio) -> None:
    draft_owner = await studio.joined(Role.PROVIDER)
    profile = ProfileChange(display_name="Draft")
    studio.provider_id = (await studio.run(open_profile, profile, by=draft_owner)).profile.id
    await studio.consent(studio.customer)
    unknown = Actor(UserId(studio.entropy.new_id()), Role.CUSTOMER)
    for customer in (studio.customer, unknown):
        for staff in (draft_owner, studio.admin):
            with pytest.raises(BookingForOthers):
                await studio.book(LATER, by=staff, customer=customer)
    with pytest.raises(ProviderNotFound):
        await studio.book(LATER, by=studio.admin)
    assert (await studio.book(LATER, by=draft_owner)).customer_id == draft_owner.id


async def test_bookings_placed_for_a_customer_do_not_lock_the_customer_out(studio: Studio) -> None:
    for number in range(UNSETTLED_PER_CUSTOMER):
        await studio.book(TOMORROW + (number + 1) * DAY, by=studio.owner, customer=studio.customer)
    own = await studio.book(LATER)
    assert (own.status, own.placed_by_staff) == (Status.PENDING, False)


async def test_only_the_customer_pays_for_a_booking_that_was_placed_for_them(studio: Studio) -> None:
    booking = await studio.book(LATER, by=studio.owner, customer=studio.customer)
    for other in (studio.owner, studio.admin):
        with pytest.raises(NotPermitted):
            await studio.bill(booking, by=other)
    with pytest.raises(BookingNotFound):
        await studio.bill(booking, by=await studio.joined())
    payment = await studio.bill(booking, by=studio.customer)
    assert payment.customer_id == studio.customer.id


async def texts(studio: Studio) -> list[tuple[str, str]]:
    """What was sent about all that has happened: to whom, and the text."""
    notifier = MemoryNotifier()
    for event in await studio.backend.outbox_events():
        if isinstance(event, BookingChanged | ConsentChanged):
            await notify(event, reads=studio.reads, notifier=notifier, translator=TRANSLATOR)
    return [(each.to, each.text) for each in notifier.delivered]


@pytest.mark.terms(FREE)
async def test_the_provider_is_told_of_a_walk_in_that_the_manager_of_the_salon_enters(studio: Studio) -> None:
    manager = await studio.joined(Role.MANAGER)
    salon = await studio.run(open_salon, OpenSalon(name="Nomad House", time_zone="UTC"), by=manager)
    membership = Membership(salon_id=salon.id, provider_id=studio.provider_id)
    await studio.run(invite_provider, membership, by=manager)
    await studio.run(accept_invitation, salon.id, by=studio.owner)
    walk_in = PlaceBooking(provider_id=studio.provider_id, slot=LATER, walk_in=NewWalkIn(name="Saraa", phone=None))
    placed = await studio.run(place_booking, walk_in, by=manager)
    assert (placed.status, placed.customer_id) == (Status.CONFIRMED, studio.owner.id)
    [(_, text)] = await texts(studio)
    assert text.startswith("Saraa is booked for ")


@pytest.mark.terms(FREE)
@pytest.mark.parametrize(
    ("language", "begins"),
    [("en", "Walk-in is booked "), ("mn", "Бүртгэлгүй үйлчлүүлэгч "), ("fa", "برای مشتری حضوری")],
)
async def test_news_of_a_walk_in_without_a_name_do_not_name_or_give_the_number_of_the_provider(
    studio: Studio, language: str, begins: str
) -> None:
    async with studio.backend.begin() as tx:
        owner = await tx.users.lock(studio.owner.id)
        assert owner is not None
        await tx.users.save(owner.changed(locale=language))
    await studio.book(LATER, by=studio.admin, customer=studio.owner)
    [(_, text)] = await texts(studio)
    assert text.startswith(begins)
    assert owner.name not in text
    assert str(owner.phone) not in text


@pytest.mark.terms(FREE)
async def test_the_customer_is_told_who_placed_the_booking(studio: Studio) -> None:
    await studio.book(LATER, by=studio.owner, customer=studio.customer)
    [(to, text)] = await texts(studio)
    assert to == "user3@example.com"
    assert text.startswith("Ink has placed a booking for you: ")
    assert "Cancel it if you do not want it.\n\nPrice: MNT 80,000\n" in text


async def test_the_customer_is_told_how_to_confirm_or_refuse_a_booking_with_a_deposit(studio: Studio) -> None:
    await studio.book(LATER, by=studio.admin, customer=studio.customer)
    [(_, text)] = await texts(studio)
    assert "Please pay the deposit of" in text
    assert "or cancel it if you do not want it.\n\nPrice: MNT 80,000" in text


async def test_both_sides_are_told_of_a_consent_as_it_stands(studio: Studio) -> None:
    customer = await studio.joined()
    await granted(studio, customer, await code_of(studio))
    given = await texts(studio)
    assert [text for _, text in given] == [
        "You let Ink place bookings for you. You can revoke this at any time.",
        "User 4 lets you place bookings for them.",
    ]
    await studio.run(revoke_consent, studio.provider_id, by=customer)
    taken = await texts(studio)
    assert [text for _, text in taken] == [
        "Ink can no longer place bookings for you. Bookings that you have already stay.",
        "User 4 no longer lets you place bookings for them. Bookings that exist already stay.",
    ]
    assert [to for to, _ in given] == [to for to, _ in taken]


async def test_the_customer_cancels_a_booking_that_was_placed_for_them(studio: Studio) -> None:
    booking = await studio.book(LATER, by=studio.owner, customer=studio.customer)
    studio.clock.advance(MINUTE)
    assert (await studio.move(booking, Status.CANCELLED, by=studio.customer)).status is Status.CANCELLED
