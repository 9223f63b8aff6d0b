"""The contracts of `Reviews`, `ReviewableBookings`, `ReviewReads` and `Ties`."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any, Final

import pytest

from booking_domain.bookings.model import Booking, Duration, Terms
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import ProfileStatus, ProviderFilter, ProviderOrder, Rating
from booking_domain.identity.bank_accounts import BankAccount
from booking_domain.identity.model import User
from booking_domain.identity.sessions import Client
from booking_domain.notifications.sms import SmsMessage
from booking_domain.payments.payer_cards import PayerCard
from booking_domain.reviews.model import HideReason, Review, ReviewExists, ReviewId, ReviewStatus
from booking_domain.reviews.policy import Tie, Visit, counted
from booking_domain.reviews.ports import ReviewableBookings, ReviewFilter, ReviewOrder, ReviewReads, Reviews, Ties
from booking_domain.scheduling.services import Service
from booking_domain.shared.bank_details import BankDetails
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BankAccountId, BookingId, ProviderId, ServiceId, SmsId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Backend, Cast, StorageContract, alone, jumbled, one_wins, present, waits
from booking_domain.use_cases.platform.ports import Repositories


async def _another_customer(backend: Backend, make: Builder, cast: Cast) -> Cast:
    customer = make.user()
    await alone(backend).users.add(customer)
    return replace(cast, customer=customer)


def a_review(make: Builder, booking: Booking, rating: int = 5) -> Review:
    """Return a published review of a booking."""
    return Review(
        id=ReviewId(make.entropy.new_id()),
        booking_id=booking.id,
        provider_id=booking.provider_id,
        provider_user_id=booking.provider_user_id,
        author_id=booking.customer_id,
        rating=rating,
        text="Маш сайн",
        created_at=NOW,
    )


class ReviewsContract(StorageContract):
    """Reviews in a transaction, and reads of them."""

    async def _a_booking(self, cast: Cast, status: Status = Status.COMPLETED) -> Booking:
        booking = replace(self.make.booking(cast.profile, cast.customer), status=status)
        await self.store_bookings(booking)
        return booking

    async def _a_review(self, cast: Cast, rating: int = 5, **members: Any) -> Review:
        """Store a review of a new completed booking, and count it."""
        booking = await self._a_booking(cast)
        review = replace(a_review(self.make, booking, rating), **members)
        async with self.begin() as tx:
            await tx.reviews.add(review)
            await tx.reviews.recount(review.provider_id)
        return review

    async def _reviews(self, *casts: Cast) -> list[Review]:
        """Store a review of each, whose ids are in this order."""
        ids = [ReviewId(self.make.entropy.new_id()) for _ in casts]
        found = [await self._a_review(cast, id=each) for cast, each in jumbled(*zip(casts, ids, strict=True))]
        return sorted(found, key=lambda review: review.id)

    async def _rated(self, cast: Cast, *stars: int) -> None:
        """Store a review of another customer for each of these."""
        for rating in stars:
            await self._a_review(await _another_customer(self.backend, self.make, cast), rating)

    async def _rating(self, cast: Cast) -> Rating:
        view = present(await self.reads.providers.get(cast.profile.id))
        return view.profile.rating

    async def _get(self, review: Review) -> Review | None:
        view = await self.reads.reviews.get(review.id)
        return None if view is None else view.review

    async def test_a_review_is_stored_with_all_fields(self, cast: Cast) -> None:
        review = await self._a_review(cast)
        assert await self._get(review) == review
        full = replace(
            review.hide(HideReason.PERSONAL_DATA, "Утасны дугаар"),
            impartial=True,
            rating=1,
            reply="Баярлалаа",
            replied_at=NOW + timedelta(microseconds=1),
            edited_at=NOW + timedelta(microseconds=2),
            version=77,
        )
        await self.alone.reviews.save(full, was=review)
        assert await self._get(review) == full
        assert await self.alone.reviews.lock(review.id) == full
        await self.excludes(lambda tx: tx.reviews.lock(review.id))
        await self.alone.reviews.recount(review.provider_id)
        await self.excludes(lambda tx: tx.reviews.recount(review.provider_id))

    async def test_an_unknown_review_is_not_found(self) -> None:
        unknown = ReviewId(self.make.entropy.new_id())
        assert await self.reads.reviews.get(unknown) is None
        assert await self.alone.reviews.lock(unknown) is None

    async def test_a_booking_has_one_review(self, cast: Cast) -> None:
        booking = await self._a_booking(cast)
        await one_wins([self.alone.reviews.add(a_review(self.make, booking)) for _ in range(5)], ReviewExists)

    async def test_a_stale_version_is_not_saved(self) -> None:
        review = await self._a_review(await self.a_cast())
        await self.alone.reviews.save(review.reply_with("Thanks", now=NOW), was=review)
        with pytest.raises(ConcurrentChange):
            await self.alone.reviews.save(review.reply_with("Late", now=NOW), was=review)

    async def test_concurrent_reviews_all_count(self, cast: Cast) -> None:
        casts = [await _another_customer(self.backend, self.make, cast) for _ in range(15)]
        bookings = [await self._a_booking(each) for each in casts]

        async def add(booking: Booking, stars: int) -> None:
            async with self.begin() as tx:
                await tx.reviews.ages_since(cast.profile.id, NOW)
                await tx.reviews.add(a_review(self.make, booking, stars))
                await tx.reviews.recount(cast.profile.id)

        await asyncio.gather(*(add(booking, 1 + number % 5) for number, booking in enumerate(bookings)))
        async with self.begin() as tx:
            profile = present(await tx.profiles.get(cast.profile.id))
            assert profile.rating == Rating(count=15, total=45)
        view = present(await self.reads.providers.get(cast.profile.id))
        assert view.profile == profile

    async def test_of_each_author_the_newest_public_review_counts(self) -> None:
        cast, elsewhere = await self.a_cast(), await self.a_cast()
        other = await _another_customer(self.backend, self.make, cast)
        oldest = await self._a_review(cast, 1)
        newer = await self._a_review(cast, 2)
        assert await self._rating(cast) == Rating(count=1, total=2)
        await self._a_review(cast, 3, status=ReviewStatus.HELD)
        await self._a_review(cast, 5, impartial=False)
        await self._a_review(replace(elsewhere, customer=cast.customer), 5)
        assert await self._rating(cast) == Rating(count=1, total=2)
        await self._a_review(other, 4)
        assert await self._rating(cast) == Rating(count=2, total=6)
        for review, rating in ((newer, Rating(count=2, total=5)), (oldest, Rating(count=1, total=4))):
            async with self.begin() as tx:
                await tx.reviews.save(review.hide(HideReason.FAKE), was=review)
                await tx.reviews.recount(cast.profile.id)
            assert await self._rating(cast) == rating

    async def test_the_rating_is_that_of_the_counted_reviews_whatever_they_are(self, cast: Cast) -> None:
        authors = [await _another_customer(self.backend, self.make, cast) for _ in range(3)]
        kinds = [*product(ReviewStatus, (True, False))]
        reviews = [
            await self._a_review(authors[number * 7 % 3], 1 + number * 3 % 5, status=status, impartial=impartial)
            for number, (status, impartial) in enumerate(kinds * 4)
        ]
        stars = [review.rating for review in counted(reviews)]
        assert await self._rating(cast) == Rating(count=len(stars), total=sum(stars))

    async def test_counting_without_a_difference_changes_no_version(self, cast: Cast) -> None:
        await self._a_review(cast)
        before = await self.reads.providers.get(cast.profile.id)
        await self.alone.reviews.recount(cast.profile.id)
        assert await self.reads.providers.get(cast.profile.id) == before

    async def test_the_ages_of_the_accounts_of_recent_reviews_are_known(self) -> None:
        cast, elsewhere = await self.a_cast(), await self.a_cast()
        since, later = NOW, NOW + timedelta(days=3)
        await self._a_review(cast)
        await self._a_review(elsewhere, created_at=later)
        await self._a_review(cast, created_at=later, status=ReviewStatus.HELD)
        author = await _another_customer(self.backend, self.make, cast)
        await self._a_review(author, created_at=later + timedelta(days=1))
        ages = await self.alone.reviews.ages_since(cast.profile.id, since)
        assert sorted(ages) == sorted(
            [later - cast.customer.created_at, later + timedelta(days=1) - author.customer.created_at]
        )

    async def test_reviews_of_one_provider_are_counted_one_transaction_at_a_time(self, cast: Cast) -> None:
        booking = await self._a_booking(cast)

        async def ages() -> int:
            return len(await self.alone.reviews.ages_since(cast.profile.id, NOW - timedelta(days=1)))

        async with self.begin() as tx:
            assert list(await tx.reviews.ages_since(cast.profile.id, NOW - timedelta(days=1))) == []
            later = asyncio.create_task(ages())
            assert await waits(later)
            await tx.reviews.add(a_review(self.make, booking))
        assert await later == 1

    async def test_nothing_of_a_rolled_back_transaction_stays(self, cast: Cast) -> None:
        booking = await self._a_booking(cast)

        async def post(tx: Repositories) -> None:
            await tx.reviews.add(a_review(self.make, booking))
            await tx.reviews.recount(cast.profile.id)

        await self.rolled_back(post)
        assert await self.reads.reviews.page(ReviewFilter()) == []
        assert await self.alone.profiles.get(cast.profile.id) == cast.profile

    async def test_a_view_has_the_names_of_both_sides(self, cast: Cast) -> None:
        view = present(await self.reads.reviews.get((await self._a_review(cast)).id))
        assert (view.author_name, view.provider_name) == (cast.customer.name, cast.profile.display_name)

    async def test_published_reviews_are_paged_in_each_order(self, cast: Cast, other: Cast) -> None:
        reviews = [await self._a_review(cast, rating) for rating in (3, 5, 3, 1, 5)]
        await self._a_review(other)
        hidden = await self._a_review(cast, 2)
        await self.alone.reviews.save(hidden.hide(HideReason.SPAM), was=hidden)
        newest = reviews[::-1]
        expected = {
            ReviewOrder.NEWEST: newest,
            ReviewOrder.HIGHEST: sorted(newest, key=lambda each: -each.rating),
            ReviewOrder.LOWEST: sorted(newest, key=lambda each: each.rating),
        }
        for order, all_of_them in expected.items():
            found: list[Review] = []
            while page := await self.reads.reviews.of_provider(
                cast.profile.id, order, found[-1].id if found else None, 2
            ):
                found += [view.review for view in page]
            assert found == all_of_them
            first = await self.reads.reviews.of_provider(cast.profile.id, order, None, 3)
            assert [view.review for view in first] == all_of_them[:3]

    async def test_reviews_are_filtered_and_paged_newest_first(self, cast: Cast, other: Cast) -> None:
        one, two, three = await self._reviews(cast, other, cast)
        hidden = two.hide(HideReason.FAKE)
        await self.alone.reviews.save(hidden, was=two)

        async def page(chosen: ReviewFilter) -> list[Review]:
            return [view.review for view in await self.reads.reviews.page(chosen)]

        assert await page(ReviewFilter()) == [three, hidden, one]
        assert await page(ReviewFilter(limit=1)) == [three]
        assert await page(ReviewFilter(after=hidden.id)) == [one]
        assert await page(ReviewFilter(author_id=cast.customer.id)) == [three, one]
        assert await page(ReviewFilter(provider_id=other.profile.id)) == [hidden]
        assert await page(ReviewFilter(status=one.status)) == [three, one]

    async def test_an_account_finds_the_reviews_it_wrote_and_received(self, cast: Cast) -> None:
        reviews = await self._reviews(cast, cast, cast)
        for user in (cast.customer, cast.owner):
            assert list(await self.reads.reviews.written_for(user.id, None, 2)) == reviews[:2]
            assert list(await self.reads.reviews.written_for(user.id, reviews[1].id, 2)) == reviews[2:]
        assert list(await self.reads.reviews.written_for(self.make.user().id, None, 2)) == []

    async def test_providers_are_sorted_by_score(self) -> None:
        casts = [await self.a_cast() for _ in range(4)]
        for cast, stars in zip(casts, ([5], [5, 5, 5, 4], [], [1, 1]), strict=True):
            await self._rated(cast, *stars)
        best_first = [casts[number].profile.id for number in (1, 0, 2, 3)]
        found: list[ProviderId] = []
        while page := await self.reads.providers.page(
            ProviderFilter(
                status=ProfileStatus.APPROVED,
                order=ProviderOrder.RATING,
                after=found[-1] if found else None,
                limit=1,
            )
        ):
            found += [view.profile.id for view in page]
        assert found == best_first

    async def test_the_providers_of_a_salon_are_rated_together(self) -> None:
        casts = [await self.a_cast() for _ in range(2)]
        salon = await self.a_salon(*casts)
        for cast, stars in zip(casts, ([5], [3, 4]), strict=True):
            await self._rated(cast, *stars)
        [listed] = await self.reads.salons.listed([salon.id])
        assert listed.totals.rating == Rating(count=3, total=12)

    async def test_erasing_the_author_keeps_the_stars(self, cast: Cast) -> None:
        review = await self._a_review(cast)
        replied = review.reply_with("Thanks", now=NOW)
        await self.alone.reviews.save(replied, was=review)
        for _ in range(2):
            await self.alone.personal_data.clear(cast.customer.id)
        assert await self._get(review) == replace(replied, text="", version=replied.version + 1)
        await self.alone.personal_data.clear(cast.owner.id)
        erased = present(await self._get(review))
        assert (erased.rating, erased.text, erased.reply, erased.replied_at) == (5, "", None, None)

    async def test_a_booking_is_reviewable_once_completed(self, cast: Cast) -> None:
        for status in Status:
            booking = await self._a_booking(cast, status)
            found = present(await self.alone.reviewable_bookings.get(booking.id))
            assert (found.provider_id, found.provider_user_id) == (cast.profile.id, cast.owner.id)
            assert (found.customer_id, found.completed) == (cast.customer.id, status is Status.COMPLETED)
        assert await self.alone.reviewable_bookings.get(BookingId(self.make.entropy.new_id())) is None

    async def test_a_booking_says_whether_it_was_a_visit(self, cast: Cast) -> None:
        plain = replace(self.make.booking(cast.profile, cast.customer), status=Status.COMPLETED)
        late = replace(plain, id=self.make.booking(cast.profile, cast.customer).id, reference="BK-222222")
        late = replace(
            late,
            placed_by_staff=True,
            created_at=late.span.start + timedelta(minutes=1),
            span=TimeRange(late.span.start, late.span.start + timedelta(minutes=1)),
            price=Money.zero(late.price.currency),
            deposit=Money.zero(late.price.currency),
        )
        await self.store_bookings(plain)
        await self.store_bookings(late)
        async with self.begin() as tx:
            found = [await tx.reviewable_bookings.get(each.id) for each in (plain, late)]
            shortest = [
                Visit(placed_by_staff=False, entered_late=False, minutes=60, shortest_minutes=60, has_price=True),
                Visit(placed_by_staff=True, entered_late=True, minutes=1, shortest_minutes=60, has_price=False),
            ]
            assert [None if each is None else each.visit for each in found] == shortest
            assert found[0] is not None
            assert found[0].customer_since == cast.customer.created_at

    async def test_the_shortest_appointment_is_that_of_the_services_else_of_the_lengths(self, cast: Cast) -> None:
        booking = await self._a_booking(cast)

        async def shortest() -> int:
            found = present(await self.alone.reviewable_bookings.get(booking.id))
            return found.visit.shortest_minutes

        price = Money(amount=0, currency=booking.price.currency)
        length = Duration(minutes=20, price_amount=0, deposit_amount=0)
        await self.alone.bookable_providers.save_terms(
            cast.profile.id, Terms(price=price, deposit=price, durations=(length,))
        )
        assert await shortest() == 20
        kinds = ((45, False, True), (90, False, True), (5, True, True), (5, False, False))
        for number, (minutes, add_on, active) in enumerate(kinds):
            service = Service(
                id=ServiceId(self.make.entropy.new_id()),
                provider_id=cast.profile.id,
                name=f"Service {number}",
                price=price,
                deposit=price,
                minutes=minutes,
                add_on=add_on,
                active=active,
                created_at=NOW,
            )
            await self.alone.services.add(service)
        assert await shortest() == 45


class TiesContract(StorageContract):
    """What authors have in common with providers."""

    async def _ties(self, cast: Cast) -> frozenset[Tie]:
        return await self.alone.ties.between(cast.customer.id, cast.profile.id)

    async def _signed_in(self, user: User, client: Client) -> None:
        await self.alone.sessions.add(replace(self.make.session(user), client=client))

    async def _texted(self, user: User, digest: bytes, *, verified: bool = True) -> None:
        message = SmsMessage(
            id=SmsId(self.make.entropy.new_id()),
            user_id=user.id,
            to_masked="+976****2233",
            to_digest=digest,
            to_verified=verified,
            template="code.login",
            language="mn",
            provider="twilio",
            segments=1,
            created_at=NOW,
            updated_at=NOW,
        )
        await self.alone.sms_messages.add(message)

    async def _paid_to(self, user: User, number: str) -> None:
        details = BankDetails(bank="Khan Bank", account_number=number, holder_name=user.name)
        async with self.begin() as tx:
            account = BankAccount(
                id=BankAccountId(self.make.entropy.new_id()), user_id=user.id, details=details, updated_at=NOW
            )
            await tx.bank_accounts.save(account)

    async def test_strangers_have_no_ties(self, cast: Cast) -> None:
        await self._signed_in(cast.owner, Client.seen("203.0.113.7", "Firefox"))
        await self._signed_in(cast.customer, Client.seen("203.0.113.7", "Safari"))
        await self._signed_in(cast.customer, Client.seen("203.0.113.8", "Firefox"))
        await self._texted(cast.owner, b"one")
        await self._texted(cast.customer, b"other")
        await self._paid_to(cast.owner, "5012345678")
        await self._paid_to(cast.customer, "5012345679")
        assert await self._ties(cast) == frozenset()
        assert await self.alone.ties.between(cast.customer.id, ProviderId(self.make.entropy.new_id())) == frozenset()

    async def test_the_same_address_with_the_same_user_agent_is_a_device(self, cast: Cast) -> None:
        for user in (cast.owner, cast.customer):
            await self._signed_in(user, Client())
        assert await self._ties(cast) == frozenset()
        for user in (cast.owner, cast.customer):
            await self._signed_in(user, Client.seen("203.0.113.7", "Firefox"))
        assert await self._ties(cast) == {Tie.DEVICE}

    async def test_texts_to_one_verified_number_are_a_tie(self, cast: Cast) -> None:
        for user in (cast.owner, cast.customer):
            await self._texted(user, b"")  # erased
        await self._texted(cast.owner, b"one")
        await self._texted(cast.customer, b"one", verified=False)
        assert await self._ties(cast) == frozenset()
        await self._texted(cast.customer, b"one")
        assert await self._ties(cast) == {Tie.NUMBER}

    async def test_one_bank_account_is_a_tie(self, cast: Cast) -> None:
        for user in (cast.owner, cast.customer):
            await self._paid_to(user, "5012345678")
        assert await self._ties(cast) == {Tie.BANK_ACCOUNT}

    async def test_two_accounts_are_tied_by_a_device_a_number_a_bank_account_or_a_card(self, cast: Cast) -> None:
        one, other = cast.owner, cast.customer

        async def tied() -> frozenset[Tie]:
            found = await self.alone.ties.of_accounts(one.id, other.id)
            assert found == await self.alone.ties.of_accounts(other.id, one.id)
            return found

        assert await tied() == frozenset()
        for user in (one, other):
            await self._signed_in(user, Client.seen("203.0.113.7", "Firefox"))
        assert await tied() == {Tie.DEVICE}
        for user in (one, other):
            await self._texted(user, b"one")
            await self._paid_to(user, "5012345678")
        assert await tied() == {Tie.DEVICE, Tie.NUMBER, Tie.BANK_ACCOUNT}
        for user in (one, other):
            await self.alone.payer_cards.put(PayerCard(user_id=user.id, card_digest=b"one", paid_at=NOW))
        assert await tied() == {Tie.DEVICE, Tie.NUMBER, Tie.BANK_ACCOUNT, Tie.CARD}

    async def test_a_card_that_has_paid_for_both_is_a_tie(self, cast: Cast) -> None:
        one, other = cast.owner.id, cast.customer.id
        for user_id, card in ((one, b"one"), (one, b"two"), (other, b"three")):
            await self.alone.payer_cards.put(PayerCard(user_id=user_id, card_digest=card, paid_at=NOW))
        assert await self.alone.ties.of_accounts(one, other) == frozenset()
        await self.alone.payer_cards.put(PayerCard(user_id=other, card_digest=b"two", paid_at=NOW))
        assert await self.alone.ties.of_accounts(other, one) == {Tie.CARD}

    async def test_the_manager_of_the_salon_and_its_number_and_account_are_ties(self, cast: Cast) -> None:
        salon = await self.a_salon(cast, phone=cast.customer.phone or "")
        manager = present(await self.alone.users.get(salon.manager_id))
        assert await self._ties(replace(cast, customer=manager)) == {Tie.MANAGER}
        assert await self._ties(cast) == {Tie.NUMBER}
        other = await _another_customer(self.backend, self.make, cast)
        assert await self._ties(other) == frozenset()
        for user in (manager, other.customer):
            await self._paid_to(user, "5012345678")
        assert await self._ties(other) == {Tie.BANK_ACCOUNT}


CONTRACTS: Final[dict[type, type]] = {
    ReviewableBookings: ReviewsContract,
    ReviewReads: ReviewsContract,
    Reviews: ReviewsContract,
    Ties: TiesContract,
}
