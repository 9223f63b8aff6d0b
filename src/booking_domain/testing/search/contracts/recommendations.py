"""The contract of `SimilarProviders` and `RecommendationReads`."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from booking_domain.bookings.ideas import IdeaSide
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.identity.model import User
from booking_domain.identity.preferences import Preferences
from booking_domain.search.free_time import FreeTime
from booking_domain.search.model import Near, SearchEntry
from booking_domain.search.recommendations import (
    KNOWN_FOR,
    LEAST_IN_COMMON,
    POPULAR_FOR,
    Around,
    KnownProvider,
    Tastes,
)
from booking_domain.shared.ids import ProviderId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import NOW
from booking_domain.testing.favourites.contracts import a_favourite
from booking_domain.testing.kit.storage import Cast, StorageContract

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


class RecommendationsContract(StorageContract):
    """What speaks for recommending a provider, and the counting of every night."""

    async def _providers(self, number: int, **values: Any) -> list[Cast]:
        casts = [await self.a_cast() for _ in range(number)]
        for each in casts:
            entry = SearchEntry(
                provider_id=each.profile.id, currency="MNT", minutes=60, free=FreeTime(since=NOW.date()), **values
            )
            await self.alone.search_entries.put(entry, NOW)
        return casts

    async def _been(self, customer: User, *casts: Cast, at: datetime = NOW - 9 * _DAY) -> None:
        """Store a completed booking of the customer with each of the providers."""
        bookings = (
            replace(
                self.make.booking(each.profile, customer),
                status=Status.COMPLETED,
                span=TimeRange(at, at + _HOUR),
                blocked=TimeRange(at, at + _HOUR),
            )
            for each in casts
        )
        await self.store_bookings(*bookings)

    async def _saved(self, user: User, provider_id: ProviderId) -> None:
        await self.alone.favourites.add(a_favourite(self.make, user.id, provider_id))

    async def _similar(self, one: Cast) -> dict[ProviderId, int]:
        await self.alone.similar_providers.rebuild(NOW)
        return dict(await self.reads.recommendations.similar([one.profile.id], 9))

    async def test_providers_are_similar_by_the_customers_that_they_have_in_common(self) -> None:
        one, two, three = await self._providers(3)
        customers = [await self.a_user() for _ in range(4)]
        for each in customers[:3]:
            await self._been(each, one, one, two)
        await self._been(customers[3], two, three)
        assert await self._similar(one) == {two.profile.id: 866}  # 3 / √(3 · 4)
        assert await self.reads.recommendations.similar([one.profile.id, two.profile.id], 9) == {}
        await self._saved(customers[0], three.profile.id)
        await self._saved(customers[1], three.profile.id)
        assert await self._similar(three) == {two.profile.id: 866}

    async def test_few_in_common_old_bookings_and_those_who_opted_out_do_not_count(self) -> None:
        one, two = await self._providers(2)
        users = [await self.a_user() for _ in range(4)]
        for user in users[: LEAST_IN_COMMON - 1]:
            await self._been(user, one, two)
        await self._been(users[2], one, two, at=NOW - KNOWN_FOR - _DAY)
        assert await self._similar(one) == {}
        await self._been(users[3], one, two)
        assert await self._similar(one) == {two.profile.id: 1_000}
        opted_out = users[3].changed(preferences=Preferences(recommendations=False))
        await self.alone.users.save(opted_out)
        assert await self._similar(one) == {}
        assert set((await self.reads.recommendations.around(None, (), 9)).values()) == {Around(customers=2)}
        await self.alone.users.save(opted_out.changed(preferences=Preferences()).deleted(NOW))
        assert await self._similar(one) == {}

    async def test_the_customers_of_a_period_and_the_styles_are_counted_around_a_place(self) -> None:
        box = Near(lat=47.9, lon=106.9, radius_metres=5_000).box
        here, there = [
            (await self._providers(2, styles=("realism", "portrait"), lat=lat, lon=106.9))[0] for lat in (47.9, 48.9)
        ]
        customer = await self.a_user()
        await self._been(customer, here, here, there)
        await self._been(await self.a_user(), here)
        await self._been(await self.a_user(), here, at=NOW - POPULAR_FOR - _DAY)
        assert await self.alone.similar_providers.rebuild(NOW) == 2
        around = self.reads.recommendations.around
        assert await around(None, (), 9) == {here.profile.id: Around(2, 0), there.profile.id: Around(1, 0)}
        assert await around(None, (), 1) == {here.profile.id: Around(2, 0)}
        assert await around(box, (), 9) == {here.profile.id: Around(2, 0)}
        found = dict(await around(box, ("Portrait", "realism", "nails"), 9))
        assert found.pop(here.profile.id) == Around(2, 2)
        assert list(found.values()) == [Around(0, 2)]

    async def test_tastes_are_what_the_customer_booked_saved_and_wrote(self) -> None:
        been, saved = await self._providers(2, styles=("realism",), lat=47.9, lon=106.9)
        user = await self.a_user()
        await self._been(user, been, at=NOW - 2 * _DAY)
        await self._been(user, been)
        await self._been(user, saved, at=NOW - KNOWN_FOR - _DAY)
        await self._saved(user, saved.profile.id)
        await self._saved(user, been.profile.id)
        booking = self.make.booking(been.profile, user)
        await self.store_bookings(booking)
        idea = self.make.idea(booking)
        for each in (idea, replace(self.make.idea(booking), side=IdeaSide.PROVIDER)):
            await self.alone.ideas.add(each)
        tastes = await self.reads.recommendations.tastes(user.id, NOW - KNOWN_FOR)
        place: dict[str, Any] = {"styles": ("realism",), "lat": 47.9, "lon": 106.9}
        assert set(tastes.known) == {
            KnownProvider(provider_id=been.profile.id, times=2, last_at=NOW - 2 * _DAY, **place),
            KnownProvider(provider_id=saved.profile.id, **place),
        }
        assert tastes.ideas == (idea.content.description,)
        assert await self.reads.recommendations.tastes(been.owner.id, NOW - KNOWN_FOR) == Tastes()

    async def test_nothing_speaks_for_providers_that_are_not_published(self) -> None:
        one, two = await self._providers(2, styles=("realism",))
        users = [await self.a_user() for _ in range(3)]
        for user in users:
            await self._been(user, one, two)
        assert await self._similar(one) == {two.profile.id: 1_000}
        suspended = replace(two.profile, status=ProfileStatus.SUSPENDED, version=two.profile.version + 1)
        await self.alone.profiles.save(suspended, was=two.profile)
        assert await self._similar(one) == {}
        assert list(await self.reads.recommendations.around(None, ("realism",), 9)) == [one.profile.id]
        (known,) = (await self.reads.recommendations.tastes(users[0].id, NOW - KNOWN_FOR)).known
        assert known.provider_id == one.profile.id

    async def test_what_was_counted_is_removed_with_the_account(self) -> None:
        one, two = await self._providers(2)
        for _ in range(3):
            await self._been(await self.a_user(), one, two)
        assert len(await self._similar(one)) == 1
        await self.alone.personal_data.clear(two.owner.id)
        assert await self.reads.recommendations.similar([one.profile.id], 9) == {}
        assert list(await self.reads.recommendations.around(None, (), 9)) == [one.profile.id]
