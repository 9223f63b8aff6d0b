"""The contract of `Reviews`, `ReviewableBookings` and `ReviewReads`."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import ProfileStatus, ProviderFilter, ProviderOrder, Rating
from booking_domain.catalogue.salons import Salon, SalonFilter
from booking_domain.reviews.model import HideReason, RatingChange, Review, ReviewExists, ReviewId
from booking_domain.reviews.ports import ReviewableBookings, ReviewFilter, ReviewOrder, ReviewReads, Reviews
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, ProviderId, SalonId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Backend, Cast, StorageContract, a_cast, race, rolled_back, store_bookings
from booking_domain.workflows.ports import Repositories


async def _a_booking(backend: Backend, make: Builder, cast: Cast, status: Status = Status.COMPLETED) -> Booking:
    booking = replace(make.booking(cast.profile, cast.customer), status=status)
    await store_bookings(backend, make, booking)
    return booking


async def _a_review(backend: Backend, make: Builder, cast: Cast, rating: int = 5) -> Review:
    """Store a review of a new completed booking, and count it."""
    booking = await _a_booking(backend, make, cast)
    review = a_review(make, booking, rating)
    async with backend.begin() as tx:
        await tx.reviews.add(review)
        await tx.reviews.change_rating(review.provider_id, RatingChange(count=1, total=rating))
    return review


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


async def _get(backend: Backend, review: Review) -> Review | None:
    view = await backend.reads.reviews.get(review.id)
    return None if view is None else view.review


class ReviewsContract(StorageContract):
    """Reviews in a transaction, and reads of them."""

    async def test_a_review_is_stored_with_all_fields(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        review = await _a_review(backend, make, cast)
        assert await _get(backend, review) == review
        full = replace(
            review.hide(HideReason.PERSONAL_DATA, "Утасны дугаар"),
            rating=1,
            reply="Баярлалаа",
            replied_at=NOW + timedelta(microseconds=1),
            edited_at=NOW + timedelta(microseconds=2),
            version=77,
        )
        async with backend.begin() as tx:
            await tx.reviews.save(full, was=review)
        assert await _get(backend, review) == full
        async with backend.begin() as tx:
            assert await tx.reviews.lock(review.id) == full

    async def test_an_unknown_review_is_not_found(self, backend: Backend, make: Builder) -> None:
        unknown = ReviewId(make.entropy.new_id())
        assert await backend.reads.reviews.get(unknown) is None
        async with backend.begin() as tx:
            assert await tx.reviews.lock(unknown) is None

    async def test_a_booking_has_one_review(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        booking = await _a_booking(backend, make, cast)

        async def add() -> None:
            async with backend.begin() as tx:
                await tx.reviews.add(a_review(make, booking))

        added, refused = await race([add() for _ in range(5)])
        assert len(added) == 1
        assert [type(each) for each in refused] == [ReviewExists] * 4

    async def test_a_stale_version_is_not_saved(self, backend: Backend, make: Builder) -> None:
        review = await _a_review(backend, make, await a_cast(backend, make))
        async with backend.begin() as tx:
            await tx.reviews.save(review.reply_with("Thanks", now=NOW), was=review)
        with pytest.raises(ConcurrentChange):
            async with backend.begin() as tx:
                await tx.reviews.save(review.reply_with("Late", now=NOW), was=review)

    async def test_concurrent_changes_of_a_rating_add_up(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)

        async def change(stars: int) -> None:
            async with backend.begin() as tx:
                await tx.reviews.change_rating(cast.profile.id, RatingChange(count=1, total=stars))

        await asyncio.gather(*(change(1 + number % 5) for number in range(15)))
        async with backend.begin() as tx:
            profile = await tx.profiles.get(cast.profile.id)
            assert profile is not None
            assert profile.rating == Rating(count=15, total=45)
        view = await backend.reads.providers.get(cast.profile.id)
        assert view is not None
        assert view.profile == profile

    async def test_nothing_of_a_rolled_back_transaction_stays(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        booking = await _a_booking(backend, make, cast)

        async def post(tx: Repositories) -> None:
            await tx.reviews.add(a_review(make, booking))
            await tx.reviews.change_rating(cast.profile.id, RatingChange(count=1, total=5))

        await rolled_back(backend, post)
        assert await backend.reads.reviews.page(ReviewFilter()) == []
        async with backend.begin() as tx:
            assert await tx.profiles.get(cast.profile.id) == cast.profile

    async def test_a_view_has_the_names_of_both_sides(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        view = await backend.reads.reviews.get((await _a_review(backend, make, cast)).id)
        assert view is not None
        assert (view.author_name, view.provider_name) == (cast.customer.name, cast.profile.display_name)

    async def test_published_reviews_are_paged_in_each_order(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        reviews = [await _a_review(backend, make, cast, rating) for rating in (3, 5, 3, 1, 5)]
        await _a_review(backend, make, other)
        hidden = await _a_review(backend, make, cast, 2)
        async with backend.begin() as tx:
            await tx.reviews.save(hidden.hide(HideReason.SPAM), was=hidden)
        newest = reviews[::-1]
        expected = {
            ReviewOrder.NEWEST: newest,
            ReviewOrder.HIGHEST: sorted(newest, key=lambda each: -each.rating),
            ReviewOrder.LOWEST: sorted(newest, key=lambda each: each.rating),
        }
        for order, all_of_them in expected.items():
            found: list[Review] = []
            while page := await backend.reads.reviews.of_provider(
                cast.profile.id, order, found[-1].id if found else None, 2
            ):
                found += [view.review for view in page]
            assert found == all_of_them

    async def test_reviews_are_filtered_and_paged_newest_first(self, backend: Backend, make: Builder) -> None:
        cast, other = await a_cast(backend, make), await a_cast(backend, make)
        one, two = await _a_review(backend, make, cast), await _a_review(backend, make, other)
        hidden = two.hide(HideReason.FAKE)
        async with backend.begin() as tx:
            await tx.reviews.save(hidden, was=two)

        async def page(chosen: ReviewFilter) -> list[Review]:
            return [view.review for view in await backend.reads.reviews.page(chosen)]

        assert await page(ReviewFilter()) == [hidden, one]
        assert await page(ReviewFilter(limit=1)) == [hidden]
        assert await page(ReviewFilter(after=hidden.id)) == [one]
        assert await page(ReviewFilter(author_id=cast.customer.id)) == [one]
        assert await page(ReviewFilter(provider_id=other.profile.id)) == [hidden]
        assert await page(ReviewFilter(status=one.status)) == [one]

    async def test_an_account_finds_the_reviews_it_wrote_and_received(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        reviews = [await _a_review(backend, make, cast) for _ in range(3)]
        for user in (cast.customer, cast.owner):
            assert list(await backend.reads.reviews.written_for(user.id, None, 2)) == reviews[:2]
            assert list(await backend.reads.reviews.written_for(user.id, reviews[1].id, 2)) == reviews[2:]
        assert list(await backend.reads.reviews.written_for(make.user().id, None, 2)) == []

    async def test_providers_are_sorted_by_score(self, backend: Backend, make: Builder) -> None:
        casts = [await a_cast(backend, make) for _ in range(4)]
        ratings = [RatingChange(count=count, total=total) for count, total in ((1, 5), (100, 490), (0, 0), (9, 9))]
        for cast, rating in zip(casts, ratings, strict=True):
            async with backend.begin() as tx:
                await tx.reviews.change_rating(cast.profile.id, rating)
        best_first = [casts[number].profile.id for number in (1, 0, 2, 3)]
        found: list[ProviderId] = []
        while page := await backend.reads.providers.page(
            ProviderFilter(
                status=ProfileStatus.APPROVED,
                order=ProviderOrder.RATING,
                after=found[-1] if found else None,
                limit=1,
            )
        ):
            found += [view.profile.id for view in page]
        assert found == best_first

    async def test_the_providers_of_a_salon_are_rated_together(self, backend: Backend, make: Builder) -> None:
        manager, casts = make.user(Role.MANAGER), [await a_cast(backend, make) for _ in range(2)]
        salon = Salon(
            id=SalonId(make.entropy.new_id()), manager_id=manager.id, name="Nomad", time_zone="UTC", created_at=NOW
        )
        async with backend.begin() as tx:
            await tx.users.add(manager)
            await tx.salons.add(salon)
            for cast, rating in zip(
                casts, (RatingChange(count=1, total=5), RatingChange(count=2, total=7)), strict=True
            ):
                await tx.salons.lock(salon.id)
                await tx.calendars.lock_provider_of(cast.owner.id)
                await tx.salons.add_member(salon.id, cast.profile.id)
                await tx.reviews.change_rating(cast.profile.id, rating)
        [listed] = await backend.reads.salons.page(SalonFilter(limit=9))
        assert listed.totals.rating == Rating(count=3, total=12)

    async def test_erasing_the_author_keeps_the_stars(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        review = await _a_review(backend, make, cast)
        replied = review.reply_with("Thanks", now=NOW)
        async with backend.begin() as tx:
            await tx.reviews.save(replied, was=review)
        for _ in range(2):
            async with backend.begin() as tx:
                await tx.personal_data.clear(cast.customer.id)
        assert await _get(backend, review) == replace(replied, text="", version=replied.version + 1)
        async with backend.begin() as tx:
            await tx.personal_data.clear(cast.owner.id)
        erased = await _get(backend, review)
        assert erased is not None
        assert (erased.rating, erased.text, erased.reply, erased.replied_at) == (5, "", None, None)

    async def test_a_booking_is_reviewable_once_completed(self, backend: Backend, make: Builder) -> None:
        cast = await a_cast(backend, make)
        for status in Status:
            booking = await _a_booking(backend, make, cast, status)
            async with backend.begin() as tx:
                found = await tx.reviewable_bookings.get(booking.id)
            assert found is not None
            assert (found.provider_id, found.provider_user_id) == (cast.profile.id, cast.owner.id)
            assert (found.customer_id, found.completed) == (cast.customer.id, status is Status.COMPLETED)
        async with backend.begin() as tx:
            assert await tx.reviewable_bookings.get(BookingId(make.entropy.new_id())) is None


CONTRACTS: Final = {ReviewableBookings: ReviewsContract, ReviewReads: ReviewsContract, Reviews: ReviewsContract}
