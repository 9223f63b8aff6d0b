"""The contract of `Handover`."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from booking_domain.bookings.consents import BookingConsent, ConsentCode, ConsentId, ConsentRevoked, ConsentStatus
from booking_domain.catalogue.events import SalonLeft
from booking_domain.catalogue.salons import MemberStatus, Salon
from booking_domain.identity.calendar_links import CalendarLink
from booking_domain.identity.external_identities import ExternalIdentity, IdentityProvider
from booking_domain.identity.second_factor import SecondFactor
from booking_domain.scheduling.feeds import Feed, FeedRule
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.shared.events import Event
from booking_domain.shared.idempotency import IdempotencyKey
from booking_domain.shared.ids import FeedId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, NOW, TOMORROW
from booking_domain.testing.kit.storage import Cast, StorageContract, present
from booking_domain.webhooks.model import EndpointId, WebhookEndpoint
from booking_domain.webhooks.ports import EndpointFilter

WINDOW: Final = TimeRange(TOMORROW, TOMORROW + 8 * HOUR)


@dataclass(frozen=True, kw_only=True)
class _Setup:
    """An owner with a profile and with what reaches or acts for the account; they are a customer of the other one."""

    cast: Cast
    salon: Salon
    consent: BookingConsent


def _key(cast: Cast) -> IdempotencyKey:
    return IdempotencyKey(caller=cast.owner.id, key="key", fingerprint=b"f")


class HandoverContract(StorageContract):
    """What is ended when an account changes hands, and the events that notify others of it."""

    async def _set_up(self) -> _Setup:
        cast, other = await self.a_cast(), await self.a_cast()
        owner, profile = cast.owner, cast.profile
        salon = self.make.salon(other.owner)
        consent = BookingConsent(
            id=ConsentId(self.make.entropy.new_id()),
            provider_id=other.profile.id,
            customer_id=owner.id,
            changed_at=NOW,
            created_at=NOW,
        )
        digest = sha256(owner.id.bytes).digest()
        async with self.begin() as tx:
            await tx.sessions.add(self.make.session(owner))
            await tx.calendar_links.save(CalendarLink(user_id=owner.id, secret_digest=digest, created_at=NOW))
            await tx.external_identities.add(
                ExternalIdentity(
                    provider=IdentityProvider.TELEGRAM, subject=str(owner.id), user_id=owner.id, linked_at=NOW
                )
            )
            await tx.second_factors.save(
                SecondFactor(user_id=owner.id, secret="A" * 32, recovery_codes=frozenset({b"r"}))
            )
            await tx.idempotency.begin(_key(cast), NOW)
            await tx.idempotency.finish(_key(cast), b"answer")
            await tx.webhook_endpoints.add(
                WebhookEndpoint(
                    id=EndpointId(self.make.entropy.new_id()),
                    owner_id=owner.id,
                    url="https://hooks.example.com/",
                    secret="whsec_x",
                    created_at=NOW,
                )
            )
            await tx.calendars.lock_provider_of(owner.id)
            feed = Feed(id=FeedId(self.make.entropy.new_id()), url="https://calendar.example.com/private.ics")
            await tx.feeds.save_feeds(profile.id, FeedRule(), (feed,), due_at=NOW)
            await tx.salons.add(salon)
            await tx.salons.invite(salon.id, profile.id, NOW)
            await tx.salons.add_member(salon.id, profile.id)
            await tx.booking_consents.save(consent)
            await tx.booking_consents.save_code(ConsentCode.make(profile.id, entropy=self.make.entropy, now=NOW))
            await tx.claims.acquire(self.make.hold(other.profile, owner), NOW)
            await tx.waiting_list.add(self.make.waiting(other.profile, owner, WINDOW))
        return _Setup(cast=cast, salon=salon, consent=consent)

    async def _left(self, setup: _Setup) -> dict[str, int]:
        """Count what reaches or acts for the owner."""
        owner, profile, reads = setup.cast.owner, setup.cast.profile, self.reads
        given = await reads.booking_consents.of_customer(owner.id, None, 9)
        async with self.begin() as tx:
            factor = await tx.second_factors.lock(owner.id)
            answered = await tx.idempotency.begin(_key(setup.cast), NOW)
            if answered is None:
                await tx.idempotency.release(_key(setup.cast))
            holds = await tx.claims.count_holds(owner.id, NOW)
        return {
            "links": int(await reads.calendar_links.user_of(sha256(owner.id.bytes).digest()) == owner.id),
            "identities": len(await reads.external_identities.of_user(owner.id)),
            "second factor": int(factor is not None),
            "answers": int(answered is not None),
            "endpoints": len(await reads.webhooks.endpoints(EndpointFilter(owner_id=owner.id))),
            "feeds": len((await reads.feeds.of_provider(profile.id)).feeds),
            "members": len(await reads.salons.members(setup.salon.id)),
            "consents": sum(each.consent.status is ConsentStatus.GRANTED for each in given),
            "consent codes": int(await reads.booking_consents.code_of(profile.id) is not None),
            "holds": holds,
            "places": sum(
                each.status is not WaitingStatus.LEFT for each in await reads.waiting_list.of_customer(owner.id)
            ),
        }

    async def _settle(self, setup: _Setup, *, keep_factor: bool = False) -> Sequence[Event]:
        async with self.begin() as tx:
            await tx.users.lock(setup.cast.owner.id)
            return await tx.handover.settle(
                setup.cast.owner.id, keep_factor=keep_factor, now=NOW + HOUR, entropy=self.make.entropy
            )

    async def test_what_reaches_or_acts_for_the_account_ends(self) -> None:
        setup = await self._set_up()
        assert set((await self._left(setup)).values()) == {1}
        feeds_before = await self.reads.feeds.of_provider(setup.cast.profile.id)
        await self._settle(setup)
        assert set((await self._left(setup)).values()) == {0}
        (given,) = await self.reads.booking_consents.of_customer(setup.cast.owner.id, None, 9)
        assert (given.consent.status, given.consent.changed_at) == (ConsentStatus.REVOKED, NOW + HOUR)
        feeds = await self.reads.feeds.of_provider(setup.cast.profile.id)
        assert feeds.version == feeds_before.version + 1
        view = present(await self.reads.providers.get(setup.cast.profile.id))
        assert view.profile == setup.cast.profile

    async def test_others_are_told_once_of_what_concerns_them(self) -> None:
        setup = await self._set_up()
        events = await self._settle(setup)
        (revoked,) = [each for each in events if isinstance(each, ConsentRevoked)]
        (left,) = [each for each in events if isinstance(each, SalonLeft)]
        assert len(events) == 2
        assert revoked.consent_id == setup.consent.id
        assert (left.provider_id, left.salon_id, left.was) == (
            setup.cast.profile.id,
            setup.salon.id,
            MemberStatus.MEMBER,
        )
        assert {each.occurred_at for each in events} == {NOW + HOUR}
        assert list(await self._settle(setup)) == []

    async def test_the_second_factor_is_kept_where_it_is_needed(self) -> None:
        setup = await self._set_up()
        await self._settle(setup, keep_factor=True)
        left = await self._left(setup)
        assert left.pop("second factor") == 1
        assert set(left.values()) == {0}

    async def test_other_accounts_keep_everything(self) -> None:
        setup, other = await self._set_up(), await self._set_up()
        await self._settle(setup)
        assert set((await self._left(other)).values()) == {1}
