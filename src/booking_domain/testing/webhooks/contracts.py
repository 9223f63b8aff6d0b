"""The contract of `WebhookEndpoints`, `WebhookDeliveries` and `WebhookReads`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from booking_domain.bookings.model import Booking
from booking_domain.catalogue.model import ProfileStatus
from booking_domain.identity.model import User, UserStatus
from booking_domain.shared.actor import Role
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, EventId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast, StorageContract, one_wins
from booking_domain.webhooks.model import (
    DeliveryId,
    DeliveryStatus,
    DisabledBecause,
    EndpointExists,
    EndpointId,
    EndpointStatus,
    Failure,
    Outcome,
    WebhookDelivery,
    WebhookEndpoint,
)
from booking_domain.webhooks.ports import (
    DeliveryFilter,
    EndpointFilter,
    WebhookDeliveries,
    WebhookEndpoints,
    WebhookReads,
)

SECRET: Final = "whsec_" + "c2VjcmV0" * 6
_SECOND: Final = timedelta(seconds=1)


def an_endpoint(make: Builder, owner: User) -> WebhookEndpoint:
    """Return an active endpoint for all types."""
    endpoint_id = EndpointId(make.entropy.new_id())
    return WebhookEndpoint(
        id=endpoint_id,
        owner_id=owner.id,
        url=f"https://hooks.example.com/{endpoint_id}",
        secret=SECRET,
        created_at=NOW,
    )


def a_delivery(make: Builder, endpoint: WebhookEndpoint, booking: Booking | None = None) -> WebhookDelivery:
    """Return a delivery that is due at `NOW`."""
    return WebhookDelivery.make(
        id=DeliveryId(make.entropy.new_id()),
        endpoint_id=endpoint.id,
        event_id=EventId(make.entropy.new_id()),
        booking_id=None if booking is None else booking.id,
        type="booking.placed",
        payload='{"нэр":"Болд"}',
        now=NOW,
    )


class WebhooksContract(StorageContract):
    """Endpoints and deliveries in a database transaction, and reads of them."""

    async def _stored(self, owner: User) -> WebhookEndpoint:
        endpoint = an_endpoint(self.make, owner)
        await self.alone.webhook_endpoints.add(endpoint)
        return endpoint

    async def _queued(self, endpoint: WebhookEndpoint, *bookings: Booking | None) -> list[WebhookDelivery]:
        made = [a_delivery(self.make, endpoint, booking) for booking in bookings]
        async with self.begin() as tx:
            for delivery in made:
                await tx.webhook_deliveries.add(delivery)
        return made

    async def _attempt(self, delivery: WebhookDelivery, failure: Failure | None = None) -> WebhookDelivery:
        after = delivery.attempted(Outcome(failure=failure, response_status=500, excerpt="текст"), now=NOW)
        await self.alone.webhook_deliveries.save(after, was=delivery)
        return after

    async def test_an_endpoint_is_stored_with_all_fields(self, cast: Cast) -> None:
        endpoint = await self._stored(cast.owner)
        assert await self.reads.webhooks.endpoint(endpoint.id) == endpoint
        full = replace(
            endpoint.rotate(SECRET[::-1], overlap=timedelta(hours=1), now=NOW).failed(NOW),
            url="https://other.example.com/ү",
            description="Тайлбар",
            event_types=("booking.placed", "refund.made"),
            status=EndpointStatus.DISABLED,
            disabled_because=DisabledBecause.GONE,
            disabled_at=NOW,
            version=77,
        )
        await self.alone.webhook_endpoints.save(full, was=endpoint)
        assert await self.alone.webhook_endpoints.lock(endpoint.id) == full
        await self.excludes(lambda tx: tx.webhook_endpoints.lock(endpoint.id))
        assert await self.reads.webhooks.endpoint(endpoint.id) == full

    async def test_what_is_unknown_is_not_found(self) -> None:
        endpoint_id, delivery_id = EndpointId(self.make.entropy.new_id()), DeliveryId(self.make.entropy.new_id())
        assert await self.reads.webhooks.endpoint(endpoint_id) is None
        assert await self.reads.webhooks.delivery(delivery_id) is None
        assert await self.reads.webhooks.next_due(endpoint_id, NOW) is None
        assert await self.reads.webhooks.next_attempt(endpoint_id) is None
        assert list(await self.reads.webhooks.receivers(BookingId(self.make.entropy.new_id()))) == []
        async with self.begin() as tx:
            assert await tx.webhook_endpoints.lock(endpoint_id) is None
            assert await tx.webhook_deliveries.lock(delivery_id) is None

    async def test_an_account_has_each_url_once(self, cast: Cast, other: Cast) -> None:
        endpoints = [replace(an_endpoint(self.make, cast.owner), url="https://same.example.com/") for _ in range(3)]

        async def add(endpoint: WebhookEndpoint) -> None:
            await self.alone.webhook_endpoints.add(endpoint)

        await one_wins([add(endpoint) for endpoint in endpoints], EndpointExists)
        await add(replace(an_endpoint(self.make, other.owner), url="https://same.example.com/"))
        renamed = await self._stored(cast.owner)
        with pytest.raises(EndpointExists):
            await self.alone.webhook_endpoints.save(replace(renamed, url="https://same.example.com/"), was=renamed)
        assert await self.alone.webhook_endpoints.count(cast.owner.id) == 2

    async def test_stale_versions_are_not_saved(self) -> None:
        endpoint = await self._stored((await self.a_cast()).owner)
        [delivery] = await self._queued(endpoint, None)
        await self._attempt(delivery)
        with pytest.raises(ConcurrentChange):
            await self._attempt(delivery)
        await self.alone.webhook_endpoints.save(replace(endpoint, version=2), was=endpoint)
        with pytest.raises(ConcurrentChange):
            await self.alone.webhook_endpoints.save(replace(endpoint, version=2), was=endpoint)

    async def test_endpoints_are_filtered_and_paged(self, cast: Cast, other: Cast) -> None:
        one, two = an_endpoint(self.make, cast.owner), an_endpoint(self.make, other.owner)
        for each in (two, one):
            await self.alone.webhook_endpoints.add(each)
        off = two.disable(DisabledBecause.OWNER, now=NOW)
        await self.alone.webhook_endpoints.save(off, was=two)

        async def found(criteria: EndpointFilter) -> list[WebhookEndpoint]:
            return list(await self.reads.webhooks.endpoints(criteria))

        assert await found(EndpointFilter()) == [one, off]
        assert await found(EndpointFilter(limit=1)) == [one]
        assert await found(EndpointFilter(after=one.id)) == [off]
        assert await found(EndpointFilter(owner_id=cast.owner.id)) == [one]
        assert await found(EndpointFilter(status=EndpointStatus.DISABLED)) == [off]

    async def test_an_event_is_recorded_once_for_each_endpoint(self, cast: Cast) -> None:
        endpoint, other = await self._stored(cast.owner), await self._stored(cast.owner)
        delivery = a_delivery(self.make, endpoint, await self.a_booking(cast))
        again = replace(delivery, id=DeliveryId(self.make.entropy.new_id()), payload="{}")
        elsewhere = replace(again, endpoint_id=other.id)
        async with self.begin() as tx:
            await tx.webhook_deliveries.add(delivery)
            await tx.webhook_deliveries.add(again)
        await self.alone.webhook_deliveries.add(elsewhere)
        assert list(await self.reads.webhooks.deliveries(DeliveryFilter(endpoint_id=endpoint.id))) == [delivery]
        assert await self.reads.webhooks.delivery(elsewhere.id) == elsewhere

    async def test_a_delivery_is_stored_with_what_came_of_it(self) -> None:
        endpoint = await self._stored((await self.a_cast()).owner)
        [delivery] = await self._queued(endpoint, None)
        after = await self._attempt(delivery, Failure.STATUS)
        assert await self.alone.webhook_deliveries.lock(delivery.id) == after
        await self.excludes(lambda tx: tx.webhook_deliveries.lock(delivery.id))
        assert await self.reads.webhooks.delivery(delivery.id) == after

    async def test_deliveries_are_listed_newest_first(self, cast: Cast) -> None:
        endpoint, booking = await self._stored(cast.owner), await self.a_booking(cast)
        one, two, three = (a_delivery(self.make, endpoint, about) for about in (booking, None, booking))
        for delivery in (two, three, one):
            await self.alone.webhook_deliveries.add(delivery)
        one = await self._attempt(one)

        async def found(**chosen: Any) -> list[WebhookDelivery]:
            wanted = replace(DeliveryFilter(endpoint_id=endpoint.id), **chosen)
            return list(await self.reads.webhooks.deliveries(wanted))

        assert await found() == [three, two, one]
        assert await found(limit=1) == [three]
        assert await found(after=three.id) == [two, one]
        assert await found(status=DeliveryStatus.DELIVERED) == [one]
        assert await found(booking_id=booking.id) == [three, one]

    async def test_the_deliveries_about_a_booking_are_due_one_after_the_other(self, cast: Cast) -> None:
        endpoint = await self._stored(cast.owner)
        first, second = await self.a_booking(cast), await self.a_booking()
        behind, other, one = (a_delivery(self.make, endpoint, about) for about in (first, second, first))
        for delivery in (one, behind, other):  # in this order, which is not that of their ids
            await self.alone.webhook_deliveries.add(delivery)
        reads = self.reads.webhooks
        assert await reads.next_due(endpoint.id, NOW - _SECOND) is None
        assert await reads.next_due(endpoint.id, NOW) == one
        retried = await self._attempt(one, Failure.TIMED_OUT)
        assert await reads.next_due(endpoint.id, NOW) == other
        other = await self._attempt(other)
        assert await reads.next_due(endpoint.id, NOW) is None
        assert list(await reads.due(NOW, 10)) == []
        assert await reads.next_attempt(endpoint.id) == retried.next_attempt_at
        assert retried.next_attempt_at is not None
        assert await reads.next_due(endpoint.id, retried.next_attempt_at) == retried
        await self._attempt(retried)
        assert await reads.next_due(endpoint.id, NOW) == behind

    async def test_an_endpoint_that_rests_or_is_disabled_is_sent_nothing(self) -> None:
        endpoint = await self._stored((await self.a_cast()).owner)
        busy = await self._stored((await self.a_cast()).owner)
        await self._queued(endpoint, None)
        await self._queued(busy, None)
        reads, rests = self.reads.webhooks, endpoint.failed(NOW)
        assert list(await reads.due(NOW, 10)) == [endpoint.id, busy.id]
        assert list(await reads.due(NOW, 1)) == [endpoint.id]
        await self.alone.webhook_endpoints.save(rests, was=endpoint)
        assert rests.rests_until is not None
        assert await reads.next_due(endpoint.id, NOW) is None
        assert await reads.next_attempt(endpoint.id) == rests.rests_until
        assert list(await reads.due(NOW, 10)) == [busy.id]
        assert list(await reads.due(rests.rests_until, 10)) == [endpoint.id, busy.id]
        await self.alone.webhook_endpoints.save(rests.disable(DisabledBecause.OWNER, now=NOW), was=rests)
        assert await reads.next_attempt(endpoint.id) is None
        assert list(await reads.due(NOW, 10)) == [busy.id]

    async def test_a_booking_is_received_by_its_provider_and_by_admins(self) -> None:
        cast, stranger, admin = await self.a_cast(), await self.a_cast(), self.make.user(Role.ADMIN)
        await self.alone.users.add(admin)
        booking = await self.a_booking(cast)
        own, platform = an_endpoint(self.make, cast.owner), an_endpoint(self.make, admin)
        for each in (platform, an_endpoint(self.make, stranger.owner), own):
            await self.alone.webhook_endpoints.add(each)
        found = await self.reads.webhooks.receivers(booking.id)
        assert [(each.endpoint, each.owner) for each in found] == [(own, cast.owner.actor), (platform, admin.actor)]
        await self.alone.webhook_endpoints.save(platform.disable(DisabledBecause.OWNER, now=NOW), was=platform)
        assert [each.endpoint for each in await self.reads.webhooks.receivers(booking.id)] == [own]

    async def test_an_owner_who_was_disabled_or_deleted_receives_nothing(self) -> None:
        changes: list[dict[str, Any]] = [
            {"status": UserStatus.DISABLED},
            {"status": UserStatus.DELETED, "deleted_at": NOW},
            {"role": Role.CUSTOMER},
        ]
        for change in changes:
            cast = await self.a_cast()
            endpoint, booking = await self._stored(cast.owner), await self.a_booking(cast)
            await self._queued(endpoint, booking)
            assert len(await self.reads.webhooks.receivers(booking.id)) == 1
            await self.alone.users.save(replace(cast.owner, **change))
            await self._receives_nothing(endpoint, booking)

    async def test_a_provider_who_was_suspended_or_removed_receives_nothing(self) -> None:
        for status in (ProfileStatus.SUSPENDED, ProfileStatus.DELETED):
            cast = await self.a_cast(status)
            endpoint, booking = await self._stored(cast.owner), await self.a_booking(cast)
            await self._queued(endpoint, booking)
            await self._receives_nothing(endpoint, booking)

    async def _receives_nothing(self, endpoint: WebhookEndpoint, booking: Booking) -> None:
        reads = self.reads.webhooks
        assert list(await reads.receivers(booking.id)) == []
        assert await reads.next_due(endpoint.id, NOW) is None
        assert await reads.next_attempt(endpoint.id) is None
        assert list(await reads.due(NOW, 10)) == []

    async def test_pending_deliveries_are_given_up_and_failed_ones_replayed(self, cast: Cast) -> None:
        endpoint, other = await self._stored(cast.owner), await self._stored(cast.owner)
        old, done, new = await self._queued(endpoint, None, None, None)
        [elsewhere] = await self._queued(other, None)
        done = await self._attempt(done)
        later = replace(a_delivery(self.make, endpoint), created_at=NOW + _SECOND)
        await self.alone.webhook_deliveries.add(later)
        tried = await self._attempt(later, Failure.STATUS)
        await self.alone.webhook_deliveries.give_up(endpoint.id)
        failed: dict[str, Any] = {"status": DeliveryStatus.FAILED, "next_attempt_at": None, "version": 2}
        for delivery in (old, new):
            assert await self.reads.webhooks.delivery(delivery.id) == replace(delivery, **failed)
        for delivery in (done, elsewhere):
            assert await self.reads.webhooks.delivery(delivery.id) == delivery
        await self.alone.webhook_deliveries.give_up(other.id)
        assert await self.alone.webhook_deliveries.replay_failed(endpoint.id, NOW + _SECOND, NOW + _SECOND) == 1
        again = replace(tried, attempts=0, first_attempt_at=None, next_attempt_at=NOW + _SECOND, version=4)
        assert await self.reads.webhooks.delivery(later.id) == again
        assert await self.reads.webhooks.delivery(old.id) == replace(old, **failed)
        assert await self.alone.webhook_deliveries.replay_failed(endpoint.id, NOW, NOW) == 2
        assert await self.reads.webhooks.delivery(elsewhere.id) == replace(elsewhere, **failed)

    async def test_old_deliveries_are_forgotten_whatever_their_status(self) -> None:
        endpoint = await self._stored((await self.a_cast()).owner)
        _, done, _ = await self._queued(endpoint, None, None, None)
        await self._attempt(done)
        newer = replace(a_delivery(self.make, endpoint), created_at=NOW + _SECOND)
        await self.alone.webhook_deliveries.add(newer)
        assert await self.alone.webhook_deliveries.remove_before(NOW + _SECOND, 2) == 2
        assert await self.alone.webhook_deliveries.remove_before(NOW + _SECOND, 2) == 1
        left = await self.reads.webhooks.deliveries(DeliveryFilter(endpoint_id=endpoint.id))
        assert list(left) == [newer]

    async def test_an_endpoint_is_removed_with_its_deliveries(self) -> None:
        endpoint = await self._stored((await self.a_cast()).owner)
        [delivery] = await self._queued(endpoint, None)
        await self.alone.webhook_endpoints.remove(endpoint.id)
        assert await self.reads.webhooks.endpoint(endpoint.id) is None
        assert await self.reads.webhooks.delivery(delivery.id) is None

    async def test_an_erasure_deletes_endpoints_and_what_was_sent_about_bookings(self, cast: Cast) -> None:
        endpoint, booking = await self._stored(cast.owner), await self.a_booking(cast)
        about, ping = await self._queued(endpoint, booking, None)
        await self.alone.personal_data.clear(cast.customer.id)
        assert await self.reads.webhooks.delivery(about.id) is None
        assert await self.reads.webhooks.delivery(ping.id) == ping
        await self.alone.personal_data.clear(cast.owner.id)
        assert await self.reads.webhooks.endpoint(endpoint.id) is None
        assert await self.reads.webhooks.delivery(ping.id) is None


CONTRACTS: Final[dict[type, type]] = {
    WebhookEndpoints: WebhooksContract,
    WebhookDeliveries: WebhooksContract,
    WebhookReads: WebhooksContract,
}
