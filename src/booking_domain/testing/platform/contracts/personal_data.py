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
from booking_domain.testing.builders import HOUR, NOW, TOMORROW
from booking_domain.testing.kit.storage import Cast, StorageContract, present
from booking_domain.use_cases.platform.personal_data import ErasureBlockers
from booking_domain.use_cases.platform.ports import Repositories

INSTANT = timedelta(microseconds=1)
FREE = ErasureBlockers(bookings=False, money=False)
WINDOW = TimeRange(TOMORROW, TOMORROW + 8 * HOUR)
CONTACT = sha256(b"contact").digest()
STRANGER = CountedClient(b"a phone", known=False)
HOME = ClientTrace("192.0.2.1")


class PersonalDataContract(StorageContract):
    """Erasure of the personal data of a user."""

    async def _erasure_blockers(self, user_id: UserId, ago: timedelta = timedelta(0)) -> ErasureBlockers:
        return await self.alone.personal_data.erasure_blockers(user_id, NOW + ago)

    async def _booked(self, booking: Booking, reason: str | None = None) -> Booking:
        await self.alone.bookings.add(booking, [replace(self.make.event(booking), reason=reason)])
        return booking

    async def _add_all_personal_data(self, user: User, profile: Profile) -> None:
        """Create every kind of personal data that the user can leave as a customer of the profile."""
        waiting = self.make.waiting(profile, user, WINDOW)
        code = OneTimeCode(
            contact=CONTACT,
            purpose=CodePurpose.LOGIN,
            id=CodeId(self.make.entropy.new_id()),
            user_id=user.id,
            issued_at=NOW,
            expires_at=NOW + CODE_LIFE,
            day_began=NOW,
        )
        change = ContactChange.request(None, user_id=user.id, address="+97699887766", code_id=code.id, now=NOW)
        key = IdempotencyKey(caller=user.id, key="key", fingerprint=b"f")
        async with self.begin() as tx:
            await tx.sessions.add(self.make.session(user))
            await tx.login_history.add(self.make.login(user))
            await tx.one_time_codes.save(code)
            await tx.credentials.count_wrong_password(user.id, STRANGER, NOW)
            known, _ = KnownClient.make(user.id, SessionId(self.make.entropy.new_id()), HOME, self.make.entropy, NOW)
            await tx.known_clients.save(known)
            await tx.phone_changes.save(change)
            await tx.email_changes.save(change)
            await tx.second_factors.save(
                SecondFactor(user_id=user.id, secret="A" * 32, recovery_codes=frozenset({b"r"}))
            )
            await tx.external_identities.add(
                ExternalIdentity(provider=IdentityProvider.TELEGRAM, subject="canary", user_id=user.id, linked_at=NOW)
            )
            await tx.calendar_links.save(CalendarLink(user_id=user.id, secret_digest=CONTACT, created_at=NOW))
            await tx.idempotency.begin(key, NOW)
            await tx.idempotency.finish(key, b"answer")
            await tx.waiting_list.add(waiting)
            await tx.claims.acquire(self.make.hold(profile, user, TOMORROW + 6 * HOUR), NOW)
            await tx.sms_messages.add(self.make.sms(user))

    async def _left(self, user: User) -> dict[str, int]:
        """Count the rows of an account, except bookings."""
        reads = self.reads
        async with self.begin() as tx:
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

    async def _fill(self, cast: Cast) -> None:
        async with self.begin() as tx:
            await tx.calendars.lock_provider_of(cast.owner.id)
            await tx.calendars.add_rule(cast.profile.id, self.make.rule())
            await tx.calendars.add_exception(cast.profile.id, self.make.exception(TOMORROW.date()))
            await tx.calendars.add_block(cast.profile.id, self.make.block(WINDOW))
            feed = Feed(id=FeedId(self.make.entropy.new_id()), url="https://calendar.example.com/canary.ics")
            await tx.feeds.save_feeds(cast.profile.id, FeedRule(), (feed,), due_at=NOW)
            for joins in (True, False):
                salon = self._salon(cast)
                await tx.salons.add(salon)
                await tx.salons.invite(salon.id, cast.profile.id, NOW)
                if joins:
                    await tx.salons.add_member(salon.id, cast.profile.id)

    def _salon(self, cast: Cast) -> Salon:
        return self.make.salon(cast.customer)

    async def _memberships(self, cast: Cast) -> int:
        salons = await self.reads.salons.of_manager(cast.customer.id)
        return sum([len(await self.reads.salons.members(salon.id)) for salon in salons])

    async def _profile_and_calendar(self, cast: Cast) -> tuple[Profile, tuple[object, ...], tuple[object, ...]]:
        view, calendar = (
            await self.reads.providers.get(cast.profile.id),
            await self.reads.schedules.calendar(cast.profile.id),
        )
        assert view is not None
        assert calendar is not None
        feeds = (await self.reads.feeds.of_provider(cast.profile.id)).feeds
        return view.profile, (*calendar.rules, *calendar.exceptions, *calendar.blocks), feeds

    async def test_bookings_block_the_erasure_of_both_parties_until_they_end(self) -> None:
        for status in (Status.REQUESTED, Status.PENDING, Status.CONFIRMED):
            cast = await self.a_cast()
            booking = await self._booked(self.make.booking(cast.profile, cast.customer, status=status))
            for user in (cast.customer, cast.owner):
                before = booking.span.end - NOW - INSTANT
                assert await self._erasure_blockers(user.id, before) == ErasureBlockers(bookings=True, money=False)
                assert await self._erasure_blockers(user.id, before + INSTANT) == FREE
        assert await self._erasure_blockers(self.make.user().id) == FREE

    async def test_a_booking_under_review_or_with_a_time_to_object_to_blocks_the_erasure_after_its_end(
        self, cast: Cast, other: Cast
    ) -> None:
        reviewed = self.make.booking(cast.profile, cast.customer, status=Status.CONFIRMED)
        end = reviewed.span.end
        moved = self.make.booking(other.profile, other.customer, status=Status.CONFIRMED)
        change = changed_time(Party.PROVIDER, moved.span, end)
        await self._booked(replace(reviewed, under_review=True, review_began_at=NOW))
        await self._booked(replace(moved, time_change=change))
        blocked = ErasureBlockers(bookings=True, money=False)
        before = change.objection_deadline - NOW - INSTANT
        for user in (cast.customer, cast.owner, other.customer, other.owner):
            assert await self._erasure_blockers(user.id, before) == blocked
        for user, expected in ((cast.owner, blocked), (other.owner, FREE)):
            assert await self._erasure_blockers(user.id, before + INSTANT) == expected

    async def test_only_bookings_with_the_provider_block_the_deletion_of_the_profile(
        self, cast: Cast, other: Cast
    ) -> None:
        await self._booked(self.make.booking(other.profile, cast.owner, status=Status.CONFIRMED))
        assert await self.alone.personal_data.profile_blockers(cast.profile.id, NOW) == FREE
        await self._booked(self.make.booking(cast.profile, other.customer, status=Status.DISPUTED))
        async with self.begin() as tx:
            blocked = ErasureBlockers(bookings=True, money=False)
            assert await tx.personal_data.profile_blockers(cast.profile.id, NOW) == blocked

    async def test_clearing_a_profile_leaves_the_account_and_the_profiles_of_others(
        self, cast: Cast, other: Cast
    ) -> None:
        await self._add_all_personal_data(cast.owner, other.profile)
        await self.alone.calendars.add_rule(cast.profile.id, self.make.rule())
        before = await self._left(cast.owner)
        await self.alone.personal_data.clear_profile(cast.owner.id)
        view = await self.reads.providers.get(cast.profile.id)
        calendar = await self.reads.schedules.calendar(cast.profile.id)
        assert view is not None
        assert calendar is not None
        assert (view.profile.display_name, view.profile.bio, view.profile.location) == (ERASED_NAME, "", None)
        assert calendar.rules == ()
        after = await self._left(cast.owner)
        assert after | {"wrong passwords": before["wrong passwords"]} == before  # counting them adds one
        untouched = present(await self.reads.providers.get(other.profile.id))
        assert untouched.profile == other.profile

    async def test_an_open_dispute_blocks_erasure_and_a_finished_booking_does_not(self) -> None:
        for status in (Status.DISPUTED, Status.COMPLETED, Status.CANCELLED, Status.EXPIRED, Status.NO_SHOW):
            cast = await self.a_cast()
            await self._booked(self.make.booking(cast.profile, cast.customer, status=status))
            tied = ErasureBlockers(bookings=status is Status.DISPUTED, money=False)
            for user in (cast.customer, cast.owner):
                assert (
                    await self._erasure_blockers(user.id)
                    == await self._erasure_blockers(user.id, timedelta(days=99))
                    == tied
                )

    async def test_a_pending_refund_blocks_the_erasure_of_both_parties(self) -> None:
        cast, others = await self.a_cast(), await self.a_cast()
        for each in (cast, others):
            booking = self.make.booking(each.profile, each.customer, status=Status.CANCELLED)
            await self._booked(booking)
            async with self.begin() as tx:
                await tx.payments.add(self.make.payment(booking))
                if each is cast:
                    await tx.refunds.add(self.make.refund(booking))
                else:
                    await tx.refunds.add(self.make.refund(booking).mark_refunded(NOW))
        for user in (cast.customer, cast.owner):
            assert await self._erasure_blockers(user.id) == ErasureBlockers(bookings=False, money=True)
        assert await self._erasure_blockers(others.customer.id) == FREE

    async def test_holds_and_waiting_list_entries_are_given_up_and_bookings_keep_their_claims(
        self, cast: Cast, other: Cast
    ) -> None:
        booking = self.make.claim(cast.profile, cast.customer)
        hold = self.make.hold(cast.profile, cast.customer, TOMORROW + 3 * HOUR)
        theirs = self.make.hold(cast.profile, other.customer, TOMORROW + 5 * HOUR)
        places = [self.make.waiting(cast.profile, cast.customer, WINDOW) for _ in range(2)]
        booked = places[1].offered(TOMORROW, NOW + HOUR).booked()
        async with self.begin() as tx:
            for claim in (booking, hold, theirs):
                await tx.claims.acquire(claim, NOW)
            for place in (places[0], booked):
                await tx.waiting_list.add(place)
        for _ in range(2):
            await self.alone.personal_data.leave_queues(cast.customer.id)
        assert list(await self.reads.waiting_list.of_customer(cast.customer.id)) == [booked, places[0].left()]
        async with self.begin() as tx:
            assert await tx.claims.hold_of(cast.customer.id, ClaimId(hold.id)) is None
            assert await tx.claims.hold_of(other.customer.id, ClaimId(theirs.id)) == theirs
        schedule = present(await self.reads.schedules.get(cast.profile.id, WINDOW))
        assert {claim.id for claim in schedule.claims} == {booking.id, theirs.id}

    async def test_erasure_deletes_the_data_of_one_user_only(self, cast: Cast, other: Cast) -> None:
        await self._add_all_personal_data(cast.customer, other.profile)
        there = await self._left(cast.customer)
        assert set(there.values()) == {1}, there
        for _ in range(2):  # a repetition changes nothing
            await self.alone.personal_data.clear(other.customer.id)
        assert {name: count for name, count in (await self._left(cast.customer)).items() if not count} == {}
        await self.alone.personal_data.clear(cast.customer.id)
        assert set((await self._left(cast.customer)).values()) == {0}

    async def test_bookings_keep_parties_times_and_amounts_but_no_text(self, cast: Cast, other: Cast) -> None:
        mine = replace(self.make.booking(cast.profile, cast.customer), notes="Canary")
        theirs = replace(self.make.booking(cast.profile, other.customer, TOMORROW + 3 * HOUR), notes="Theirs")
        for booking in (mine, theirs):
            await self._booked(booking, reason="because")
            paid = replace(self.make.payment(booking), raw_payload="{}")
            await self.alone.payments.add(paid)
        await self.alone.personal_data.clear(cast.customer.id)
        assert await self.reads.bookings.get(mine.id) == replace(mine, notes="", version=mine.version + 1)
        assert await self.reads.bookings.get(theirs.id) == theirs
        for booking, reason, payload in ((mine, None, None), (theirs, "because", "{}")):
            [event] = await self.reads.bookings.events(booking.id)
            [payment] = await self.reads.payments.of_booking(booking.id)
            assert (event.reason, payment.raw_payload) == (reason, payload)
            assert payment.amount == booking.deposit

    async def test_a_provider_keeps_a_placeholder_name_only(self, cast: Cast, other: Cast) -> None:
        await self._fill(cast)
        await self._fill(other)
        theirs = await self._profile_and_calendar(other)
        booking = replace(self.make.booking(cast.profile, other.customer), notes="Theirs")
        await self._booked(booking)
        for _ in range(2):
            await self.alone.personal_data.clear(cast.owner.id)
        profile, calendar, feeds = await self._profile_and_calendar(cast)
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
        assert (await self._memberships(cast), await self._memberships(other)) == (0, 2)
        assert await self._profile_and_calendar(other) == theirs
        assert await self.reads.bookings.get(booking.id) == booking

    async def test_a_rolled_back_erasure_has_no_effect(self, cast: Cast) -> None:
        await self._add_all_personal_data(cast.customer, cast.profile)

        async def clear(tx: Repositories) -> None:
            await tx.personal_data.clear(cast.customer.id)
            await tx.personal_data.leave_queues(cast.customer.id)

        await self.rolled_back(clear)
        assert set((await self._left(cast.customer)).values()) == {1}
