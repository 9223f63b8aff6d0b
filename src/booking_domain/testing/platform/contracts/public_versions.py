"""The contract of public versions: whatever changes a public answer changes the version of whom it is about."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from booking_domain.catalogue.salons import Salon
from booking_domain.scheduling.claims import Claim
from booking_domain.scheduling.feeds import DEFAULT_FEED_RULE, Feed
from booking_domain.scheduling.model import OpeningHours, SlotSettings
from booking_domain.scheduling.resources import ResourceNeed
from booking_domain.scheduling.services import Service, ServiceOffer
from booking_domain.shared.ids import FeedId
from booking_domain.shared.public_versions import PublicVersion
from booking_domain.shared.signals import ReceivedSignals, Signals
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import NOW, TOMORROW, Builder, terms
from booking_domain.testing.kit.storage import TIME_LIMIT, Cast, StorageContract
from booking_domain.testing.portfolio.contracts import an_item
from booking_domain.use_cases.platform.ports import Repositories

_HOUR: Final = TimeRange.parse("2026-11-24T02:00Z", "2026-11-24T03:00Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """A member of a salon with a claim and an external calendar, and what is offered there."""

    make: Builder
    cast: Cast
    salon: Salon
    service: Service
    of_salon: Service
    claim: Claim
    feed: Feed

    @property
    def provider_id(self) -> UUID:
        return self.cast.profile.id


Change = Callable[[Repositories, _Scene], Awaitable[None]]


async def _profile(tx: Repositories, on: _Scene) -> None:
    before = on.cast.profile
    await tx.profiles.save(replace(before, bio="New", version=before.version + 1), was=before)


async def _terms(tx: Repositories, on: _Scene) -> None:
    await tx.bookable_providers.save_terms(on.cast.profile.id, replace(terms(), instructions="Eat before."))


async def _settings(tx: Repositories, on: _Scene) -> None:
    await tx.calendars.save_settings(on.cast.profile.id, "Asia/Tokyo", SlotSettings(step_minutes=15))


async def _rule(tx: Repositories, on: _Scene) -> None:
    await tx.calendars.add_rule(on.cast.profile.id, on.make.rule())


async def _exception(tx: Repositories, on: _Scene) -> None:
    await tx.calendars.add_exception(on.cast.profile.id, on.make.exception(date(2026, 12, 31)))


async def _block(tx: Repositories, on: _Scene) -> None:
    await tx.calendars.add_block(on.cast.profile.id, on.make.block(_HOUR))


async def _feeds(tx: Repositories, on: _Scene) -> None:
    await tx.feeds.save_feeds(on.cast.profile.id, DEFAULT_FEED_RULE, [], due_at=NOW)


async def _reading(tx: Repositories, on: _Scene) -> None:
    await tx.feeds.lock_feed(on.feed.id)
    await tx.feeds.save_reading(on.feed.read([_HOUR], NOW), due_at=NOW)


async def _service(tx: Repositories, on: _Scene) -> None:
    await tx.services.save(replace(on.service, name="Another", version=on.service.version + 1), was=on.service)


async def _no_service(tx: Repositories, on: _Scene) -> None:
    await tx.services.remove(on.service.id)


async def _offer(tx: Repositories, on: _Scene) -> None:
    await tx.services.save_offer(ServiceOffer(service_id=on.of_salon.id, provider_id=on.cast.profile.id, minutes=45))


async def _hold(tx: Repositories, on: _Scene) -> None:
    await tx.claims.acquire(
        on.make.hold(on.cast.profile, on.cast.customer, TOMORROW + 5 * (_HOUR.end - _HOUR.start)), NOW
    )


async def _release(tx: Repositories, on: _Scene) -> None:
    await tx.claims.release(on.claim.provider_id, on.claim.id)


async def _item(tx: Repositories, on: _Scene) -> None:
    await tx.portfolio_items.add(an_item(on.make, on.cast.profile.id))


async def _left(tx: Repositories, on: _Scene) -> None:
    await tx.salons.lock(on.salon.id)
    await tx.salons.remove_member(on.salon.id, on.cast.profile.id)


OF_PROVIDER: Final[tuple[Change, ...]] = (
    _profile,
    _terms,
    _settings,
    _rule,
    _exception,
    _block,
    _feeds,
    _reading,
    _service,
    _no_service,
    _offer,
    _hold,
    _release,
    _item,
    _left,
)


async def _salon(tx: Repositories, on: _Scene) -> None:
    await tx.salons.save(replace(on.salon, name="Another", version=on.salon.version + 1), was=on.salon)


async def _salon_hours(tx: Repositories, on: _Scene) -> None:
    rules = (on.make.rule(),)
    await tx.salon_hours.save_hours(on.salon.id, OpeningHours(time_zone=on.salon.time_zone, rules=rules))


async def _service_of_salon(tx: Repositories, on: _Scene) -> None:
    await tx.services.add(on.make.service(salon_id=on.salon.id))


OF_SALON: Final[tuple[Change, ...]] = (_salon, _salon_hours, _service_of_salon)


async def _renamed(tx: Repositories, on: _Scene) -> None:
    await tx.users.save(on.cast.customer.changed(name="Another"))


async def _signed_in(tx: Repositories, on: _Scene) -> None:
    await tx.sessions.add(on.make.session(on.cast.customer))


SILENT: Final[tuple[Change, ...]] = (_renamed, _signed_in)


class PublicVersionsContract(StorageContract):
    """Versions in reads, in signals, and in the process that makes the change."""

    async def _scene(self) -> _Scene:
        cast = await self.a_cast()
        salon = await self.a_salon(cast)
        feed = Feed(id=FeedId(self.make.entropy.new_id()), url="https://calendar.example.com/a.ics")
        on = _Scene(
            make=self.make,
            cast=cast,
            salon=salon,
            service=self.make.service(provider_id=cast.profile.id),
            of_salon=self.make.service(salon_id=salon.id),
            claim=self.make.claim(cast.profile, cast.customer),
            feed=feed,
        )
        async with self.begin() as tx:
            await tx.services.add(on.service)
            await tx.services.add(on.of_salon)
            await tx.claims.acquire(on.claim, NOW)
            await tx.feeds.save_feeds(cast.profile.id, DEFAULT_FEED_RULE, [feed], due_at=NOW)
        return on

    async def _versions(self, on: _Scene) -> tuple[PublicVersion, PublicVersion]:
        found = await self.reads.public_versions.of([on.provider_id, on.salon.id])
        return found[on.provider_id], found[on.salon.id]

    async def test_a_version_stays_as_long_as_nothing_changes(self) -> None:
        on = await self._scene()
        before = await self._versions(on)
        assert before[0].about == before[1].about == {on.provider_id, on.salon.id}
        for change in SILENT:
            async with self.begin() as tx:
                await change(tx, on)

        async def profile(tx: Repositories) -> None:
            await _profile(tx, on)

        await self.rolled_back(profile)
        assert await self._versions(on) == before

    async def test_only_what_exists_has_a_version(self) -> None:
        alone = (await self.a_cast()).profile.id
        empty = (await self.a_salon()).id
        found = await self.reads.public_versions.of([alone, empty, self.make.entropy.new_id()])
        assert {each: version.about for each, version in found.items()} == {alone: {alone}, empty: {empty}}
        assert await self.reads.public_versions.of([]) == {}

    async def test_whatever_is_shown_of_a_provider_changes_the_versions_of_provider_and_salon(self) -> None:
        for change in OF_PROVIDER:
            on, other = await self._scene(), await self._scene()
            before, theirs = await self._versions(on), await self._versions(other)
            async with self.begin() as tx:
                await change(tx, on)
            after = await self._versions(on)
            assert before[0].text != after[0].text, change.__name__
            assert before[1].text != after[1].text, change.__name__
            assert await self._versions(other) == theirs, change.__name__

    async def test_whatever_is_shown_of_a_salon_changes_the_versions_of_salon_and_members(self) -> None:
        for change in OF_SALON:
            on = await self._scene()
            before = await self._versions(on)
            async with self.begin() as tx:
                await change(tx, on)
            after = await self._versions(on)
            assert before[0].text != after[0].text, change.__name__
            assert before[1].text != after[1].text, change.__name__

    async def test_what_somebody_takes_of_a_resource_changes_the_versions_of_its_owner(self) -> None:
        on, somebody = await self._scene(), await self.a_cast()
        room, yoga = self.make.resource(salon_id=on.salon.id), self.make.service(provider_id=somebody.profile.id).id
        needs = (ResourceNeed(room.id),)
        claim = replace(self.make.claim(somebody.profile, somebody.customer), needs=needs)
        place = replace(self.make.place(yoga, somebody.profile, somebody.customer), needs=needs)

        async def add(tx: Repositories) -> None:
            await tx.resources.add(room)

        async def more(tx: Repositories) -> None:
            await tx.resources.save(replace(room, quantity=2, version=2), was=room)

        async def take(tx: Repositories) -> None:
            await tx.claims.acquire(claim, NOW)

        async def leave(tx: Repositories) -> None:
            await tx.claims.release(claim.provider_id, claim.id)

        async def take_place(tx: Repositories) -> None:
            await tx.claims.acquire(place, NOW)

        async def leave_last_place(tx: Repositories) -> None:
            await tx.claims.release(place.provider_id, place.id)

        for change in (add, more, take, leave, take_place, leave_last_place):
            before = await self._versions(on)
            async with self.begin() as tx:
                await change(tx)
            for old, new in zip(before, await self._versions(on), strict=True):
                assert old.text != new.text, change.__name__

    async def test_a_provider_who_joins_changes_both(self) -> None:
        cast, salon = await self.a_cast(), await self.a_salon()
        before = await self.reads.public_versions.of([cast.profile.id, salon.id])
        async with self.begin() as tx:
            await tx.salons.lock(salon.id)
            await tx.salons.add_member(salon.id, cast.profile.id)
        after = await self.reads.public_versions.of([cast.profile.id, salon.id])
        assert all(after[each].text != before[each].text for each in before)

    async def test_every_change_in_one_transaction_counts_once(self) -> None:
        on = await self._scene()
        seen = {(await self._versions(on))[0].text}
        for _ in range(3):
            async with self.begin() as tx:
                await _profile_again(tx, on)
                await _block(tx, on)
            seen.add((await self._versions(on))[0].text)
        assert len(seen) == 4

    async def test_each_process_hears_whose_version_has_changed(self) -> None:
        changed: list[frozenset[UUID] | None] = []
        self.backend.when_public_versions_change(changed.append)
        async with _listening(self.backend.signals(), self.backend.signals()) as processes:
            for change in (*OF_PROVIDER, *OF_SALON):
                on = await self._scene()
                for each in processes:
                    await _heard(each, on.provider_id)
                changed.clear()
                async with self.begin() as tx:
                    await change(tx, on)
                    assert changed == []
                named = on.salon.id if change in OF_SALON else on.provider_id
                assert [named in (ids or ()) for ids in changed] == [True], change.__name__
                for each in processes:
                    await _heard(each, named)

    async def test_what_changes_nothing_public_is_silent(self) -> None:
        on = await self._scene()
        changed: list[frozenset[UUID] | None] = []
        self.backend.when_public_versions_change(changed.append)
        for change in SILENT:
            async with self.begin() as tx:
                await change(tx, on)
        assert changed == []


async def _profile_again(tx: Repositories, on: _Scene) -> None:
    await tx.bookable_providers.save_terms(on.cast.profile.id, terms())


async def _heard(signals: Signals, named: UUID) -> None:
    """Wait until a signal names this id."""
    while named not in (received := await signals.wait(TIME_LIMIT)).public:
        assert received != ReceivedSignals(), "nothing was heard"


@asynccontextmanager
async def _listening(*signals: Signals) -> AsyncIterator[tuple[Signals, ...]]:
    try:
        for each in signals:
            await each.wait(0)
        yield signals
    finally:
        for each in signals:
            await each.close()
