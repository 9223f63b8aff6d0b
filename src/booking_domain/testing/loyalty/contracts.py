"""The contracts of loyalty accounts and programmes, and of reads of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from booking_domain.loyalty.lots import (
    WARNING,
    Cause,
    Issuer,
    LoyaltyAccount,
    LoyaltyAccountId,
    LoyaltyEntry,
    LoyaltyEntryId,
    NotEnoughPoints,
    reservation_of,
)
from booking_domain.loyalty.ports import (
    LoyaltyAccounts,
    LoyaltyProgrammeFilter,
    LoyaltyProgrammeReads,
    LoyaltyProgrammes,
    LoyaltyReads,
    ReferralReads,
    Referrals,
)
from booking_domain.loyalty.programmes import LoyaltyProgramme, LoyaltyProgrammeId
from booking_domain.loyalty.referrals import Referral, ReferralId
from booking_domain.loyalty.rewards import Reward
from booking_domain.loyalty.tiers import LoyaltyTier
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, ServiceId, UserId
from booking_domain.testing.builders import HOUR, NOW, Builder
from booking_domain.testing.kit.storage import Cast, StorageContract, race
from booking_domain.use_cases.platform.ports import Repositories

_COMPETITORS: Final = 40


def loyalty_account(make: Builder, user_id: UserId, provider_id: ProviderId | None = None) -> LoyaltyAccount:
    """Return an account without points."""
    return LoyaltyAccount(
        id=LoyaltyAccountId(make.entropy.new_id()), user_id=user_id, provider_id=provider_id, created_at=NOW
    )


def loyalty_cause(make: Builder, name: str, booking_id: BookingId | None = None, reason: str | None = None) -> Cause:
    """Return the cause of an entry that is made now."""
    return Cause(id=LoyaltyEntryId(make.entropy.new_id()), name=name, at=NOW, booking_id=booking_id, reason=reason)


async def add_points(
    tx: Repositories, account: LoyaltyAccount, points: int, why: Cause
) -> tuple[LoyaltyAccount, LoyaltyEntry]:
    """Store an account with its first points, which expire in a year."""
    after, entry = account.grant(points, why, expires_at=NOW + timedelta(days=365))
    await tx.loyalty_accounts.add(account)
    await tx.loyalty_accounts.save(after, was=account)
    await tx.loyalty_accounts.add_entry(entry)
    return after, entry


def programme(make: Builder, **values: Any) -> LoyaltyProgramme:
    """A programme that gives a point for each 100 minor units, of the platform unless it says otherwise."""
    made: dict[str, Any] = {"points": 1, "per_amount": 100, "point_value": 5, "started_at": NOW}
    made |= {"name": "Points", "currency": "MNT"}
    return LoyaltyProgramme(id=LoyaltyProgrammeId(make.entropy.new_id()), **made | values)


def referral(make: Builder, user_id: UserId, **values: Any) -> Referral:
    """The referral of a user whom nobody has referred, with a code of its own."""
    found_id = ReferralId(make.entropy.new_id())
    return Referral(id=found_id, user_id=user_id, referral_code=found_id.hex[-8:], created_at=NOW, **values)


class ReferralContract(StorageContract):
    """Referrals in a database transaction, and reads of them."""

    async def test_a_referral_is_found_by_user_and_code(self, cast: Cast, other: Cast) -> None:
        made = referral(self.make, cast.customer.id)
        async with self.begin() as tx:
            assert await tx.referrals.lock_of(cast.customer.id) is None
            await tx.referrals.add(made)
        async with self.begin() as tx:
            assert await tx.referrals.lock_of(cast.customer.id) == made
            assert await tx.referrals.lock_of(other.customer.id) is None
            assert await tx.referrals.by_code(made.referral_code) == made
            assert await tx.referrals.by_code("NOBODYS") is None
        await self.excludes(lambda tx: tx.referrals.lock_of(cast.customer.id))
        await self.excludes(lambda tx: tx.referrals.lock_of(other.customer.id))
        assert await self.reads.referrals.of_user(cast.customer.id) == made
        assert await self.reads.referrals.of_user(other.customer.id) is None
        same = replace(referral(self.make, other.customer.id), referral_code=made.referral_code)
        with pytest.raises(ConcurrentChange):
            await self.alone.referrals.add(same)

    async def test_who_has_brought_somebody_over_others_is_known(self, cast: Cast, other: Cast) -> None:
        people = (cast.customer.id, other.customer.id, other.owner.id, cast.owner.id)
        async with self.begin() as tx:
            for user_id, referrer_id in zip(people, (None, *people[:2], None), strict=True):
                await tx.referrals.add(referral(self.make, user_id, referrer_id=referrer_id))
        brought = self.alone.referrals.has_brought
        assert [await brought(people[0], each) for each in people] == [False, True, True, False]
        assert [await brought(each, people[2]) for each in people] == [True, True, False, False]
        assert not await brought(people[0], UserId(self.make.entropy.new_id()))

    async def test_first_visits_are_counted_for_who_has_referred(self, cast: Cast, other: Cast) -> None:
        booking = self.make.booking(cast.profile, cast.customer)
        brought = referral(self.make, cast.customer.id, referrer_id=other.customer.id)
        visited = brought.visited(booking.id, NOW)
        async with self.begin() as tx:
            await tx.bookings.add(booking, [self.make.event(booking)])
            await tx.referrals.add(brought)
            assert await tx.referrals.count_rewarded(other.customer.id, NOW - HOUR) == 0
            await tx.referrals.save(visited, was=brought)
        with pytest.raises(ConcurrentChange):
            await self.alone.referrals.save(visited, was=brought)
        for counts in (self.alone.referrals, self.reads.referrals):
            assert await counts.count_rewarded(other.customer.id, NOW - HOUR) == 1
            assert await counts.count_rewarded(other.customer.id, NOW) == 0
            assert await counts.count_rewarded(cast.customer.id, NOW - HOUR) == 0
        await self.alone.personal_data.clear(cast.customer.id)
        assert await self.reads.referrals.of_user(cast.customer.id) is None


class LoyaltyProgrammeContract(StorageContract):
    """Loyalty programmes in a database transaction, and reads of them."""

    async def test_programmes_are_found_by_issuer_currency_and_time(self, cast: Cast, other: Cast) -> None:
        theirs = {"provider_id": cast.profile.id}
        platform, of_provider = programme(self.make), programme(self.make, **theirs)
        full = programme(
            self.make,
            currency="USD",
            min_amount=1,
            most_points=2**39,
            rewards=(Reward(name="A wash", points=300, service_ids=(ServiceId(self.make.entropy.new_id()),)),),
            excluded_service_ids=(ServiceId(self.make.entropy.new_id()),),
            review_points=7,
            expires_after_months=12,
            active_after_days=3,
            referrer_points=9,
            referred_points=8,
            most_referrals=7,
            tiers=(LoyaltyTier(name="Gold", from_points=5, percent=150),),
            tier_grace_days=30,
            **theirs,
        )
        past = programme(self.make, started_at=NOW - HOUR, ended_at=NOW, **theirs)
        foreign = programme(self.make, provider_id=other.profile.id)
        async with self.begin() as tx:
            for each in (full, of_provider, foreign, platform, past):
                await tx.loyalty_programmes.add(each)
        async with self.begin() as tx:
            found = tx.loyalty_programmes.for_provider
            assert list(await found(cast.profile.id, "MNT", NOW)) == [platform, of_provider]
            assert list(await found(cast.profile.id, "MNT", NOW - HOUR)) == [past]
            assert list(await found(cast.profile.id, "USD", NOW + HOUR)) == [full]
            running = tx.loyalty_programmes.running
            assert await running(of_provider.issuer, "MNT") == of_provider
            assert await running(Issuer(), "MNT") == platform
            assert await running(Issuer(), "USD") is None
            assert await tx.loyalty_programmes.get(full.id) == full
        page, running_of = self.reads.loyalty_programmes.page, self.reads.loyalty_programmes.running_of
        assert list(await page(LoyaltyProgrammeFilter(provider_id=cast.profile.id, limit=2))) == [past, full]
        last = LoyaltyProgrammeFilter(provider_id=cast.profile.id, after=full.id)
        assert list(await page(last)) == [of_provider]
        assert list(await page(LoyaltyProgrammeFilter())) == [foreign, past, full, of_provider, platform]
        assert list(await page(LoyaltyProgrammeFilter(salon_ids=()))) == []
        assert list(await running_of([of_provider.issuer])) == [of_provider, full]
        assert list(await running_of([Issuer()])) == [platform]
        assert list(await running_of([])) == []

    async def test_a_salons_programme_is_for_its_members(self, cast: Cast) -> None:
        salon = self.make.salon(cast.owner)
        of_salon = programme(self.make, salon_id=salon.id)
        async with self.begin() as tx:
            await tx.salons.add(salon)
            await tx.loyalty_programmes.add(of_salon)
            assert list(await tx.loyalty_programmes.for_provider(cast.profile.id, "MNT", NOW)) == []
        async with self.begin() as tx:
            await tx.salons.invite(salon.id, cast.profile.id, NOW)
            await tx.salons.add_member(salon.id, cast.profile.id)
        async with self.begin() as tx:
            assert list(await tx.loyalty_programmes.for_provider(cast.profile.id, "MNT", NOW)) == [of_salon]
        assert list(await self.reads.loyalty_programmes.running_of([of_salon.issuer])) == [of_salon]
        assert list(await self.reads.loyalty_programmes.page(LoyaltyProgrammeFilter(salon_ids=(salon.id,)))) == [
            of_salon
        ]

    async def test_of_an_issuer_and_currency_one_programme_runs(self, cast: Cast) -> None:
        first = programme(self.make, provider_id=cast.profile.id)
        await self.alone.loyalty_programmes.add(first)
        with pytest.raises(ConcurrentChange):
            await self.alone.loyalty_programmes.add(programme(self.make, provider_id=cast.profile.id))
        await self.alone.loyalty_programmes.save(first.end(NOW), was=first)
        with pytest.raises(ConcurrentChange):
            await self.alone.loyalty_programmes.save(first.end(NOW), was=first)
        await self.alone.loyalty_programmes.add(programme(self.make, provider_id=cast.profile.id))
        await self.alone.loyalty_programmes.add(programme(self.make))
        with pytest.raises(ConcurrentChange):
            await self.alone.loyalty_programmes.add(programme(self.make))


class LoyaltyContract(StorageContract):
    """Loyalty accounts in a database transaction, and reads of them."""

    async def _account(self, cast: Cast, points: int) -> tuple[LoyaltyAccount, LoyaltyEntry]:
        account = loyalty_account(self.make, cast.customer.id, cast.profile.id)
        async with self.begin() as tx:
            return await add_points(tx, account, points, loyalty_cause(self.make, "first"))

    async def test_an_account_is_stored_with_its_lots_and_entries(self, cast: Cast, other: Cast) -> None:
        account, entry = await self._account(cast, 100)
        platform = loyalty_account(self.make, cast.customer.id)
        salon = replace(loyalty_account(self.make, cast.customer.id), salon_id=SalonId(self.make.entropy.new_id()))
        of_provider = Issuer(provider_id=cast.profile.id)
        reserved, reservation = account.reserve(40, loyalty_cause(self.make, "second", reason="why"))
        async with self.begin() as tx:
            assert await tx.loyalty_accounts.lock_of(cast.customer.id, of_provider) == account
            assert await tx.loyalty_accounts.lock_of(cast.customer.id, salon.issuer) is None
            assert await tx.loyalty_accounts.lock_of(other.customer.id, of_provider) is None
            await tx.loyalty_accounts.add(salon)
            assert await tx.loyalty_accounts.lock_of(cast.customer.id, Issuer()) is None
            await tx.loyalty_accounts.add(platform)
            await tx.loyalty_accounts.save(reserved, was=account)
            await tx.loyalty_accounts.add_entry(reservation)
        async with self.begin() as tx:
            assert await tx.loyalty_accounts.lock_of(cast.customer.id, of_provider) == reserved
            assert await tx.loyalty_accounts.lock_of(cast.customer.id, Issuer()) == platform
            assert await tx.loyalty_accounts.lock_of(cast.customer.id, salon.issuer) == salon
            assert await tx.loyalty_accounts.lock(salon.id) == salon
            assert await tx.loyalty_accounts.lock(LoyaltyAccountId(self.make.entropy.new_id())) is None
            assert await tx.loyalty_accounts.entry_of(account.id, "second") == reservation
            assert await tx.loyalty_accounts.entry_of(platform.id, "second") is None
        await self.excludes(lambda tx: tx.loyalty_accounts.lock(salon.id))
        await self.excludes(lambda tx: tx.loyalty_accounts.lock_of(cast.customer.id, of_provider))
        await self.excludes(lambda tx: tx.loyalty_accounts.lock_of(other.customer.id, of_provider))
        assert await self.reads.loyalty.of_user(cast.customer.id) == [reserved, platform, salon]
        assert await self.reads.loyalty.of_user(other.customer.id) == []
        entries = self.reads.loyalty.entries
        assert await entries(cast.customer.id, None, None, 10) == [reservation, entry]
        assert await entries(cast.customer.id, account.id, reservation.id, 10) == [entry]
        assert await entries(cast.customer.id, account.id, None, 1) == [reservation]
        assert await entries(cast.customer.id, platform.id, None, 10) == []
        assert await entries(other.customer.id, account.id, None, 10) == []

    async def test_the_entries_of_a_booking_are_listed_the_oldest_first(self, cast: Cast) -> None:
        account, earned = await self._account(cast, 100)
        booking, another = (self.make.booking(cast.profile, cast.customer) for _ in range(2))
        reserved, first = account.reserve(40, loyalty_cause(self.make, "booking", booking.id))
        taken = reservation_of([first])
        assert taken is not None
        released, second = reserved.release(taken, loyalty_cause(self.make, "booking:2", booking.id), points=15)
        async with self.begin() as tx:
            await tx.bookings.add(booking, [self.make.event(booking)])
            await tx.loyalty_accounts.save(reserved, was=account)
            await tx.loyalty_accounts.save(released, was=reserved)
            for each in (second, first):
                await tx.loyalty_accounts.add_entry(each)
        entries = self.reads.loyalty.entries
        assert await entries(cast.customer.id, account.id, None, 10) == [second, first, earned]
        accounts = self.alone.loyalty_accounts
        assert await accounts.of_booking(account.id, booking.id) == [first, second]
        assert await accounts.of_booking(account.id, another.id) == []
        assert await accounts.of_booking(loyalty_account(self.make, cast.customer.id).id, booking.id) == []

    async def test_an_account_has_one_entry_of_each_cause(self, cast: Cast) -> None:
        account, _ = await self._account(cast, 100)
        _, entry = account.grant(5, loyalty_cause(self.make, "first"))
        with pytest.raises(ConcurrentChange):
            await self.alone.loyalty_accounts.add_entry(entry)
        assert len(await self.reads.loyalty.entries(cast.customer.id, None, None, 10)) == 1

    async def test_a_version_is_saved_once(self, cast: Cast) -> None:
        account, _ = await self._account(cast, 100)
        after, _ = account.reserve(1, loyalty_cause(self.make, "second"))
        await self.alone.loyalty_accounts.save(after, was=account)
        with pytest.raises(ConcurrentChange):
            await self.alone.loyalty_accounts.save(after, was=account)

    async def test_of_many_at_once_only_what_is_there_is_spent(self, cast: Cast) -> None:
        await self._account(cast, 100)

        async def spend(number: int) -> None:
            async with self.begin() as tx:
                account = await tx.loyalty_accounts.lock_of(cast.customer.id, Issuer(provider_id=cast.profile.id))
                assert account is not None
                after, entry = account.reserve(10, loyalty_cause(self.make, f"spend {number}"))
                await tx.loyalty_accounts.save(after, was=account)
                await tx.loyalty_accounts.add_entry(entry)

        spent, refused = await race([spend(number) for number in range(_COMPETITORS)])
        assert (len(spent), {type(each) for each in refused}) == (10, {NotEnoughPoints})
        (account,) = await self.reads.loyalty.of_user(cast.customer.id)
        entries = await self.reads.loyalty.entries(cast.customer.id, None, None, _COMPETITORS)
        assert (account.balance, account.reserved, len(entries)) == (0, 100, 11)
        assert sum(each.points for each in entries) == account.balance

    async def test_one_account_is_opened_by_many_at_once(self, cast: Cast) -> None:
        async def earn(number: int) -> None:
            async with self.begin() as tx:
                account = await tx.loyalty_accounts.lock_of(cast.customer.id, Issuer())
                if account is None:
                    account = loyalty_account(self.make, cast.customer.id)
                    await tx.loyalty_accounts.add(account)
                after, entry = account.grant(1, loyalty_cause(self.make, f"earn {number}"))
                await tx.loyalty_accounts.save(after, was=account)
                await tx.loyalty_accounts.add_entry(entry)

        await race([earn(number) for number in range(8)])
        assert [each.balance for each in await self.reads.loyalty.of_user(cast.customer.id)] == [8]

    async def test_what_appointments_have_earned_qualifies(self, cast: Cast) -> None:
        account, _ = await self._account(cast, 100)
        found = []
        async with self.begin() as tx:
            for days, name in ((0, "earned:first"), (1, "review:first"), (2, "earned:second"), (3, "earned:third")):
                why = replace(loyalty_cause(self.make, name), at=NOW + timedelta(days=days))
                after, entry = account.grant(10, why) if days < 3 else account.reclaim(4, why)
                await tx.loyalty_accounts.save(after, was=account)
                account = after
                found.append(entry)
            for each in reversed(found):
                await tx.loyalty_accounts.add_entry(each)
        first, _, second, third = found
        qualifying = self.alone.loyalty_accounts.qualifying
        assert list(await qualifying(account.id, NOW - HOUR, third.at)) == [first, second, third]
        assert list(await qualifying(account.id, first.at, second.at)) == [second]
        assert list(await self.reads.loyalty.qualifying(cast.customer.id, first.at)) == [second, third]
        assert list(await self.reads.loyalty.qualifying(cast.owner.id, first.at)) == []

    async def test_accounts_are_found_whose_points_expire(self, cast: Cast, other: Cast) -> None:
        account, _ = await self._account(cast, 100)
        lasting, sooner = (loyalty_account(self.make, each.id) for each in (other.customer, other.owner))
        async with self.begin() as tx:
            for made, days in ((lasting, None), (sooner, 364)):
                expires_at = None if days is None else NOW + timedelta(days=days)
                after, entry = made.grant(5, loyalty_cause(self.make, "first"), expires_at=expires_at)
                await tx.loyalty_accounts.add(made)
                await tx.loyalty_accounts.save(after, was=made)
                await tx.loyalty_accounts.add_entry(entry)
        reads, expiry = self.reads.loyalty, NOW + timedelta(days=365)
        assert await reads.get(account.id) == account
        assert await reads.get(LoyaltyAccountId(self.make.entropy.new_id())) is None
        moment = timedelta(seconds=1)
        assert list(await reads.to_expire(expiry - timedelta(days=1) - moment, 10)) == []
        assert list(await reads.to_expire(expiry - moment, 10)) == [sooner.id]
        assert list(await reads.to_expire(expiry, 10)) == [sooner.id, account.id]
        assert list(await reads.to_expire(expiry, 1)) == [sooner.id]
        assert list(await reads.to_expire(expiry, 0)) == []
        assert list(await reads.to_warn(expiry - WARNING - moment, 10)) == [sooner.id]
        assert list(await reads.to_warn(expiry - WARNING, 10)) == [sooner.id, account.id]
        assert list(await reads.to_warn(expiry - WARNING, 1)) == [sooner.id]
        await self.alone.loyalty_accounts.save(account.warned(expiry - WARNING), was=account)
        assert list(await reads.to_warn(expiry, 10)) == [sooner.id]

    async def test_an_erasure_removes_the_points(self, cast: Cast) -> None:
        await self._account(cast, 100)
        await self.alone.personal_data.clear(cast.customer.id)
        assert await self.reads.loyalty.of_user(cast.customer.id) == []
        assert await self.reads.loyalty.entries(cast.customer.id, None, None, 10) == []


CONTRACTS: Final[dict[type, type]] = {
    LoyaltyAccounts: LoyaltyContract,
    LoyaltyReads: LoyaltyContract,
    LoyaltyProgrammes: LoyaltyProgrammeContract,
    LoyaltyProgrammeReads: LoyaltyProgrammeContract,
    Referrals: ReferralContract,
    ReferralReads: ReferralContract,
}
