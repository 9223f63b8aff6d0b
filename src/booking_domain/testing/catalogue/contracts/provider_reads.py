"""The contract of `ProviderReads`."""

from dataclasses import replace
from uuid import UUID

from booking_domain.bookings.model import BookingMode
from booking_domain.catalogue.model import PendingChanges, ProfileStatus, ProviderFilter
from booking_domain.scheduling.model import SlotSettings
from booking_domain.shared.actor import Role
from booking_domain.shared.ids import FileId, ProviderId, UserId
from booking_domain.shared.images import Image
from booking_domain.shared.slugs import TAIL, tail_in
from booking_domain.testing.builders import NOW, terms
from booking_domain.testing.kit.storage import Cast, StorageContract
from booking_domain.use_cases.platform.views import ProviderView, PublicName


def _view(cast: Cast) -> ProviderView:
    return ProviderView(profile=cast.profile, time_zone="Asia/Ulaanbaatar", terms=terms())


class ProviderReadsContract(StorageContract):
    """Reads of providers."""

    async def test_a_provider_is_read_with_all_fields_in_any_status(self) -> None:
        for status in ProfileStatus:
            cast = await self.a_cast(status)
            assert await self.reads.providers.get(cast.profile.id) == _view(cast)
            assert await self.reads.providers.by_owner(cast.owner.id) == _view(cast)

    async def test_a_view_has_the_latest_terms_and_time_zone(self, cast: Cast) -> None:
        async with self.begin() as tx:
            await tx.calendars.save_settings(cast.profile.id, "Asia/Hovd", SlotSettings(step_minutes=5))
            await tx.bookable_providers.save_terms(cast.profile.id, terms(mode=BookingMode.REQUEST))
        assert await self.reads.providers.get(cast.profile.id) == ProviderView(
            profile=cast.profile, time_zone="Asia/Hovd", terms=terms(mode=BookingMode.REQUEST)
        )

    async def test_an_unknown_provider_is_not_found(self, cast: Cast) -> None:
        assert await self.reads.providers.get(ProviderId(self.make.entropy.new_id())) is None
        assert await self.reads.providers.by_owner(UserId(self.make.entropy.new_id())) is None
        assert await self.reads.providers.by_owner(cast.customer.id) is None

    async def test_several_providers_are_read_in_any_status(self, cast: Cast) -> None:
        """Those with a salon: see `SalonReads`."""
        hidden, unknown = await self.a_cast(ProfileStatus.WITHDRAWN), ProviderId(self.make.entropy.new_id())
        ids = [unknown, hidden.profile.id, cast.profile.id]
        views = {each.profile.id: _view(each) for each in (cast, hidden)}
        assert {view.profile.id: view for view in await self.reads.providers.of_all(ids)} == views
        assert {view.profile.id: view for view, _ in await self.reads.providers.with_salons(ids)} == views
        assert [salon for _, salon in await self.reads.providers.with_salons(ids)] == [None, None]

    async def test_providers_are_found_by_the_end_of_their_id(self, cast: Cast) -> None:
        await self.a_cast()
        tail = cast.profile.id.hex[-TAIL:]
        assert await self.reads.providers.with_tail(tail) == [_view(cast)]
        assert tail_in(cast.profile.slug) == tail
        assert await self.reads.providers.with_tail("z" * TAIL) == []
        owner, new = self.make.user(Role.PROVIDER), self.make.entropy.new_id().hex
        twin = replace(self.make.profile(owner), id=ProviderId(UUID(new[:-TAIL] + tail)))
        async with self.begin() as tx:
            await tx.users.add(owner)
            await tx.profiles.add(twin)
            await tx.calendars.save_settings(twin.id, "Asia/Ulaanbaatar", SlotSettings())
            await tx.bookable_providers.save_terms(twin.id, terms())
        found = [view.profile for view in await self.reads.providers.with_tail(tail)]
        assert sorted(found, key=lambda each: each.id) == sorted([cast.profile, twin], key=lambda each: each.id)

    async def test_names_of_published_providers_are_read_by_id(self) -> None:
        casts = await self.casts(3)
        hidden = casts[1].profile
        async with self.begin() as tx:
            await tx.profiles.save(replace(hidden, status=ProfileStatus.WITHDRAWN, version=2), was=hidden)
        first, last = (PublicName(each.profile.id, each.profile.display_name) for each in (casts[0], casts[2]))
        assert list(await self.reads.providers.names(None, 5)) == [first, last]
        assert list(await self.reads.providers.names(None, 1)) == [first]
        assert list(await self.reads.providers.names(first.id, 5)) == [last]
        assert first.slug == casts[0].profile.slug

    async def test_providers_are_paged_by_id(self) -> None:
        views = [_view(await self.a_cast()) for _ in range(5)]
        for after, found in ((None, views[:2]), (1, views[2:4]), (3, views[4:]), (4, [])):
            last = None if after is None else views[after].profile.id
            assert list(await self.reads.providers.page(ProviderFilter(after=last, limit=2))) == found

    async def test_providers_with_changes_that_wait_are_listed(self) -> None:
        _, other = _view(await self.a_cast()), _view(await self.a_cast())
        pending = PendingChanges(
            id=self.make.entropy.new_id(), shown=True, display_name="Før", photo_changed=True, asked_at=NOW
        )
        photo = Image(file_id=FileId(self.make.entropy.new_id()), width=3, height=4)
        profile = other.profile
        for changes in (pending, replace(pending, shown=False, display_name=None, photo=photo)):
            after = replace(profile, pending=changes, version=profile.version + 1)
            async with self.begin() as tx:
                await tx.profiles.save(after, was=profile)
            profile = after
            found = await self.reads.providers.page(ProviderFilter(pending=True, limit=9))
            assert list(found) == [replace(other, profile=after)]

    async def test_providers_are_found_by_parts_of_their_names_and_of_their_owners(self) -> None:
        view, other = _view(await self.a_cast()), _view(await self.a_cast())
        async with self.begin() as tx:
            owner = await tx.users.lock(view.profile.owner_id)
            assert owner is not None
            await tx.users.save(owner.changed(family_name="Бат-Эрдэнэ", email="someone.else@example.com"))
            named = replace(other.profile, display_name="Sárnai Ink", version=other.profile.version + 1)
            await tx.profiles.save(named, was=other.profile)
        for text, expected in (
            ("sarnai", [replace(other, profile=named)]),
            ("ЭРДЭНЭ", [view]),
            ("one.ELSE@", [view]),
            ("nobody at all", []),
        ):
            assert list(await self.reads.providers.page(ProviderFilter(text=text, limit=9))) == expected, text

    async def test_providers_are_listed_by_status(self) -> None:
        views = {status: _view(await self.a_cast(status)) for status in ProfileStatus}
        submitted = [views[ProfileStatus.SUBMITTED], _view(await self.a_cast(ProfileStatus.SUBMITTED))]
        chosen = ProviderFilter(status=ProfileStatus.SUBMITTED, limit=50)
        assert list(await self.reads.providers.page(chosen)) == submitted
        after_the_first = replace(chosen, after=submitted[0].profile.id)
        assert list(await self.reads.providers.page(after_the_first)) == submitted[1:]
        drafts = ProviderFilter(status=ProfileStatus.DRAFT, limit=50)
        assert list(await self.reads.providers.page(drafts)) == [views[ProfileStatus.DRAFT]]
