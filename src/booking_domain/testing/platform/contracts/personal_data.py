"""The contract of `PersonalData`."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from booking_domain.bookings.model import Booking
from booking_domain.bookings.time_changes import changed_time
from booking_domain.bookings.transitions import Party, Status
from booking_domain.catalogue.model import Profile
from booking_domain.catalogue.salons import Salon
from booking_domain.identity.calendar_links import CalendarLink
from booking_domain.identity.contact_changes import ContactChange
from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider
from booking_domain.identity.known_clients import ClientTrace, CountedClient, KnownClient
from booking_domain.identity.model import ERASED_NAME, User
from booking_domain.identity.one_time_codes import CODE_LIFE, CodePurpose, OneTimeCode
from booking_domain.identity.second_factor import SecondFactor
from booking_domain.scheduling.feeds import Feed, FeedRule
from booking_domain.shared.idempotency import IdempotencyKey
from booking_domain.shared.ids import ClaimId, CodeId, FeedId, SessionId, UserId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder
from booking_domain.testing.kit.storage import Backend, Cast, StorageContract, a_cast, alone, present, rolled_back
from booking_domain.use_cases.platform.personal_data import ErasureBlockers
from booking_domain.use_cases.platform.ports import Repositories

INSTANT = timedelta(microseconds=1)
FREE = ErasureBlockers(bookings=False, money=False)
WINDOW = TimeRange(TOMORROW, TOMORROW + 8 * HOUR)
CONTACT = sha256(b"contact").digest()
STRANGER = CountedClient(b"a phone", known=False)
HOME = ClientTrace("192.0.2.1")


async def _erasure_blockers(backend: Backend, user_id: UserId, ago: timedelta = timedelta(0)) -> ErasureBlockers:
    return await alone(backend).personal_data.erasure_blockers(user_id, NOW + ago)


async def _booked(backend: Backend, make: Builder, booking: Booking, reason: str | None = None) -> Booking:
    await alone(backend).bookings.add(booking, [replace(make.event(booking), reason=reason)])
    return booking


async def _add_all_personal_data(backend: Backend, make: Builder, user: User, profile: Profile) -> None:
    """Create every kind of personal data that the user can leave as a customer of the profile."""
    waiting = make.waiting(profile, user, WINDOW)
    code = OneTimeCode(
        contact=CONTACT,
        purpose=CodePurpose.LOGIN,
        id=CodeId(make.entropy.new_id()),
        user_id=user.id,
        issued_at=NOW,
        expires_at=NOW + CODE_LIFE,
        day_began=NOW,
    )
    change = ContactChange.request(None, user_id=user.id, address="+97699887766", code_id=code.id, now=NOW)
    key = IdempotencyKey(caller=user.id, key="key", fingerprint=b"f")
    async with backend.begin() as tx:
        await tx.sessions.add(make.session(user))
        await tx.login_history.add(make.login(user))
        await tx.one_time_codes.save(code)
        await tx.credentials.count_wrong_password(user.id, STRANGER, NOW)
        known, _ = KnownClient.make(user.id, SessionId(make.entropy.new_id()), HOME, make.entropy, NOW)
        await tx.known_clients.save(known)
        await tx.phone_changes.save(change)
        await tx.email_changes.save(change)
        await tx.second_factors.save(SecondFactor(user_id=user.id, secret="A" * 32, recovery_codes=frozenset({b"r"})))
        await tx.external_identities.add(
            ExternalIdentity(provider=IdentityProvider.TELEGRAM, subject="canary", user_id=user.id, linked_at=NOW)
        )
        await tx.calendar_links.save(CalendarLink(user_id=user.id, secret_digest=CONTACT, created_at=NOW))
        await tx.idempotency.begin(key, NOW)
        await tx.idempotency.finish(key, b"answer")
        await tx.waiting_list.add(waiting)
        await tx.claims.acquire(make.hold(profile, user, TOMORROW + 6 * HOUR), NOW)
        await tx.sms_messages.add(make.sms(user))


async def _left(backend: Backend, user: User) -> dict[str, int]:
    """Count the rows of an account, except bookings."""
    reads = backend.reads
    async with backend.begin() as tx:
        codes = [code for code in await tx.one_time_codes.lock(CONTACT) if code.user_id == user.id]
        answered = await tx.idempotency.begin(IdempotencyKey(caller=user.id, key="key", fingerprint=b"f"), NOW)
        holds = await tx.claims.count_holds(user.id, NOW)
        factor = await tx.second_factors.lock(user.id)
        locked = [await tx.credentials.count_wrong_password(user.id, STRANGER, NOW) for _ in range(3)]
    return {
        "sessions": len(await reads.sessions.of_user(user.id, None, 9)),
        "logins": len(await reads.login_history.of_user(user.id, None, 9)),
        "codes": len(codes),
        "wrong passwords": locked.count(False),
        "known clients": len(await reads.known_clients.matching(user.id, HOME, NOW)),
        "phone changes": int(await reads.phone_changes.get(user.id) is not None),
        "e-mail changes": int(await reads.email_changes.get(user.id) is not None),
        "links": int(await reads.calendar_links.user_of(CONTACT) == user.id),
        "second factors": int(factor is not None),
        "identities": len(await reads.external_identities.of_user(user.id)),
        "answers": int(answered is not None),
        "places": len(await reads.waiting_list.of_customer(user.id)),
        "holds": holds,
        "numbers": sum(message.to_masked != "" for message in await reads.sms.of_user(user.id, None, 9)),
    }


class PersonalDataContract(StorageContract):
    """Erasure of the personal data of a user."""

    async def test_bookings_block_the_erasure_of_both_parties_until_they_end(
        self, backend: Backend, make: Builder
    ) -> None:
        for status in (Status.REQUESTED, Status.PENDING, Status.CONFIRMED):
            cast = await a_cast(backend, make)
            booking = await _booked(backend, make, make.booking(cast.profile, cast.customer, status=status))
            for user in (cast.customer, cast.owner):
                before = booking.span.end - NOW - INSTANT
                assert await _erasure_blockers(backend, user.id, before) == ErasureBlockers(bookings=True, money=False)
                assert await _erasure_blockers(backend, user.id, before + INSTANT) == FREE
        assert await _erasure_blockers(backend, make.user().id) == FREE

    async def test_a_booking_under_review_or_with_a_time_to_object_to_blocks_the_erasure_after_its_end(
        self, backend: Backend, make: Builder
    ) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        reviewed = make.booking(cast.profile, cast.customer, status=Status.CONFIRMED)
        end = reviewed.span.end
        moved = make.booking(other.profile, other.customer, status=Status.CONFIRMED)
        change = changed_time(Party.PROVIDER, moved.span, end)
        await _booked(backend, make, replace(reviewed, under_review=True, review_began_at=NOW))
        await _booked(backend, make, replace(moved, time_change=change))
        blocked = ErasureBlockers(bookings=True, money=False)
        before = change.objection_deadline - NOW - INSTANT
        for user in (cast.customer, cast.owner, other.customer, other.owner):
            assert await _erasure_blockers(backend, user.id, before) == blocked
        for user, expected in ((cast.owner, blocked), (other.owner, FREE)):
            assert await _erasure_blockers(backend, user.id, before + INSTANT) == expected

    async def test_only_bookings_with_the_provider_block_the_deletion_of_the_profile(
        self, backend: Backend, make: Builder
    ) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        await _booked(backend, make, make.booking(other.profile, cast.owner, status=Status.CONFIRMED))
        assert await alone(backend).personal_data.profile_blockers(cast.profile.id, NOW) == FREE
        await _booked(backend, make, make.booking(cast.profile, other.customer, status=Status.DISPUTED))
        async with backend.begin() as tx:
            blocked = ErasureBlockers(bookings=True, money=False)
            assert await tx.personal_data.profile_blockers(cast.profile.id, NOW) == blocked

    async def test_clearing_a_profile_leaves_the_account_and_the_profiles_of_others(
        self, backend: Backend, make: Builder
    ) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        await _add_all_personal_data(backend, make, cast.owner, other.profile)
        await alone(backend).calendars.add_rule(cast.profile.id, make.rule())
        before = await _left(backend, cast.owner)
        await alone(backend).personal_data.clear_profile(cast.owner.id)
        view = await backend.reads.providers.get(cast.profile.id)
        calendar = await backend.reads.schedules.calendar(cast.profile.id)
        assert view is not None
        assert calendar is not None
        assert (view.profile.display_name, view.profile.bio, view.profile.location) == (ERASED_NAME, "", None)
        assert calendar.rules == ()
        after = await _left(backend, cast.owner)
        assert after | {"wrong passwords": before["wrong passwords"]} == before  # counting them adds one
        untouched = present(await backend.reads.providers.get(other.profile.id))
        assert untouched.profile == other.profile

    async def test_an_open_dispute_blocks_erasure_and_a_finished_booking_does_not(
        self, backend: Backend, make: Builder
    ) -> None:
        for status in (Status.DISPUTED, Status.COMPLETED, Status.CANCELLED, Status.EXPIRED, Status.NO_SHOW):
            cast = await a_cast(backend, make)
            await _booked(backend, make, make.booking(cast.profile, cast.customer, status=status))
            tied = ErasureBlockers(bookings=status is Status.DISPUTED, money=False)
            for user in (cast.customer, cast.owner):
                assert (
                    await _erasure_blockers(backend, user.id)
                    == await _erasure_blockers(backend, user.id, timedelta(days=99))
                    == tied
                )

    async def test_a_pending_refund_blocks_the_erasure_of_both_parties(self, backend: Backend, make: Builder) -> None:
        cast, others = await a_cast(backend, make), await a_cast(backend, make)
        for each in (cast, others):
            booking = make.booking(each.profile, each.customer, status=Status.CANCELLED)
            await _booked(backend, make, booking)
            async with backend.begin() as tx:
                await tx.payments.add(make.payment(booking))
                if each is cast:
                    await tx.refunds.add(make.refund(booking))
                else:
                    await tx.refunds.add(make.refund(booking).mark_refunded(NOW))
        for user in (cast.customer, cast.owner):
            assert await _erasure_blockers(backend, user.id) == ErasureBlockers(bookings=False, money=True)
        assert await _erasure_blockers(backend, others.customer.id) == FREE

    async def test_holds_and_waiting_list_entries_are_given_up_and_bookings_keep_their_claims(
        self, backend: Backend, make: Builder
    ) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        booking = make.claim(cast.profile, cast.customer)
        hold = make.hold(cast.profile, cast.customer, TOMORROW + 3 * HOUR)
        theirs = make.hold(cast.profile, other.customer, TOMORROW + 5 * HOUR)
        places = [make.waiting(cast.profile, cast.customer, WINDOW) for _ in range(2)]
        booked = places[1].offered(TOMORROW, NOW + HOUR).booked()
        async with backend.begin() as tx:
            for claim in (booking, hold, theirs):
                await tx.claims.acquire(claim, NOW)
            for place in (places[0], booked):
                await tx.waiting_list.add(place)
        for _ in range(2):
            await alone(backend).personal_data.leave_queues(cast.customer.id)
        assert list(await backend.reads.waiting_list.of_customer(cast.customer.id)) == [booked, places[0].left()]
        async with backend.begin() as tx:
            assert await tx.claims.hold_of(cast.customer.id, ClaimId(hold.id)) is None
            assert await tx.claims.hold_of(other.customer.id, ClaimId(theirs.id)) == theirs
        schedule = present(await backend.reads.schedules.get(cast.profile.id, WINDOW))
        assert {claim.id for claim in schedule.claims} == {booking.id, theirs.id}

    async def test_erasure_deletes_the_data_of_one_user_only(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        await _add_all_personal_data(backend, make, cast.customer, other.profile)
        there = await _left(backend, cast.customer)
        assert set(there.values()) == {1}, there
        for _ in range(2):  # a repetition changes nothing
            await alone(backend).personal_data.clear(other.customer.id)
        assert {name: count for name, count in (await _left(backend, cast.customer)).items() if not count} == {}
        await alone(backend).personal_data.clear(cast.customer.id)
        assert set((await _left(backend, cast.customer)).values()) == {0}

    async def test_bookings_keep_parties_times_and_amounts_but_no_text(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        mine = replace(make.booking(cast.profile, cast.customer), notes="Canary")
        theirs = replace(make.booking(cast.profile, other.customer, TOMORROW + 3 * HOUR), notes="Theirs")
        for booking in (mine, theirs):
            await _booked(backend, make, booking, reason="because")
            paid = replace(make.payment(booking), raw_payload="{}")
            await alone(backend).payments.add(paid)
        await alone(backend).personal_data.clear(cast.customer.id)
        assert await backend.reads.bookings.get(mine.id) == replace(mine, notes="", version=mine.version + 1)
        assert await backend.reads.bookings.get(theirs.id) == theirs
        for booking, reason, payload in ((mine, None, None), (theirs, "because", "{}")):
            [event] = await backend.reads.bookings.events(booking.id)
            [payment] = await backend.reads.payments.of_booking(booking.id)
            assert (event.reason, payment.raw_payload) == (reason, payload)
            assert payment.amount == booking.deposit

    async def test_a_provider_keeps_a_placeholder_name_only(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        await _fill(backend, make, cast)
        await _fill(backend, make, other)
        theirs = await _profile_and_calendar(backend, other)
        booking = replace(make.booking(cast.profile, other.customer), notes="Theirs")
        await _booked(backend, make, booking)
        for _ in range(2):
            await alone(backend).personal_data.clear(cast.owner.id)
        profile, calendar, feeds = await _profile_and_calendar(backend, cast)
        assert profile == replace(
            cast.profile,
            display_name=ERASED_NAME,
            bio="",
            styles=(),
            languages=(),
            instagram="",
            address="",
            location=None,
            version=profile.version,
        )
        assert profile.version > cast.profile.version
        assert (calendar, feeds) == ((), ())
        assert (await _memberships(backend, cast), await _memberships(backend, other)) == (0, 2)
        assert await _profile_and_calendar(backend, other) == theirs
        assert await backend.reads.bookings.get(booking.id) == booking

    async def test_a_rolled_back_erasure_has_no_effect(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        await _add_all_personal_data(backend, make, cast.customer, cast.profile)

        async def clear(tx: Repositories) -> None:
            await tx.personal_data.clear(cast.customer.id)
            await tx.personal_data.leave_queues(cast.customer.id)

        await rolled_back(backend, clear)
        assert set((await _left(backend, cast.customer)).values()) == {1}


async def _fill(backend: Backend, make: Builder, cast: Cast) -> None:
    async with backend.begin() as tx:
        await tx.calendars.lock_provider_of(cast.owner.id)
        await tx.calendars.add_rule(cast.profile.id, make.rule())
        await tx.calendars.add_exception(cast.profile.id, make.exception(TOMORROW.date()))
        await tx.calendars.add_block(cast.profile.id, make.block(WINDOW))
        feed = Feed(id=FeedId(make.entropy.new_id()), url="https://calendar.example.com/canary.ics")
        await tx.feeds.save_feeds(cast.profile.id, FeedRule(), (feed,), due_at=NOW)
        for joins in (True, False):
            salon = _salon(make, cast)
            await tx.salons.add(salon)
            await tx.salons.invite(salon.id, cast.profile.id, NOW)
            if joins:
                await tx.salons.add_member(salon.id, cast.profile.id)


def _salon(make: Builder, cast: Cast) -> Salon:
    return make.salon(cast.customer)


async def _memberships(backend: Backend, cast: Cast) -> int:
    salons = await backend.reads.salons.of_manager(cast.customer.id)
    return sum([len(await backend.reads.salons.members(salon.id)) for salon in salons])


async def _profile_and_calendar(backend: Backend, cast: Cast) -> tuple[Profile, tuple[object, ...], tuple[object, ...]]:
    view, calendar = (
        await backend.reads.providers.get(cast.profile.id),
        await backend.reads.schedules.calendar(cast.profile.id),
    )
    assert view is not None
    assert calendar is not None
    feeds = (await backend.reads.feeds.of_provider(cast.profile.id)).feeds
    return view.profile, (*calendar.rules, *calendar.exceptions, *calendar.blocks), feeds
