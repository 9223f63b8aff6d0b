"""The contract of `PackageOffers`, `Packages` and `PackageReads`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from booking_domain.packages.model import (
    Package,
    PackageCause,
    PackageEntry,
    PackageEntryId,
    PackageId,
    PackageLiability,
    PackageOffer,
    PackageOfferId,
    PackagePosted,
    PackageSaleMethod,
    PackageUsedUp,
    VisitStatus,
)
from booking_domain.packages.ports import PackageFilter, PackageOfferFilter, PackageOffers, PackageReads, Packages
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import ConcurrentChange
from booking_domain.shared.ids import ProviderId, SalonId, ServiceId, UserId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast, StorageContract, jumbled, race
from booking_domain.use_cases.platform.ports import Repositories

_COMPETITORS: Final = 40
_PRICE: Final = Money(amount=400, currency="MNT")


def package_offer(make: Builder, provider_id: ProviderId, **values: Any) -> PackageOffer:
    """Return an offer of five visits."""
    made: dict[str, Any] = {"name": "Five visits", "visits": 5, "price": _PRICE, "transferable": True}
    return PackageOffer(
        id=PackageOfferId(make.entropy.new_id()), provider_id=provider_id, created_at=NOW, **made | values
    )


def package_cause(make: Builder, name: str, **values: Any) -> PackageCause:
    """Return the cause of an entry that is made now."""
    return PackageCause(id=PackageEntryId(make.entropy.new_id()), name=name, at=NOW, **values)


def package_of(make: Builder, offer: PackageOffer, customer_id: UserId) -> PackagePosted:
    """Return a package that is sold now, with its first entry."""
    return Package.sell(
        offer,
        id=PackageId(make.entropy.new_id()),
        customer_id=customer_id,
        method=PackageSaleMethod.CASH,
        by=SYSTEM,
        cause=package_cause(make, "sale"),
    )


async def add_package(tx: Repositories, posted: PackagePosted) -> Package:
    """Store a package with its first entry."""
    package, entry = posted
    await tx.packages.add(package)
    await tx.packages.add_entry(entry)
    return package


class PackageContract(StorageContract):
    """Packages and their offers in a database transaction, and reads of them."""

    async def _sold(self, cast: Cast, **values: Any) -> tuple[Package, PackageEntry]:
        offer = package_offer(self.make, cast.profile.id, **values)
        sold = package_of(self.make, offer, cast.customer.id)
        async with self.begin() as tx:
            await tx.package_offers.add(offer)
            await add_package(tx, sold)
        return sold

    async def test_whether_a_salon_has_packages_is_known_under_its_lock(self, cast: Cast) -> None:
        salon, other = await self.a_salon(), await self.a_salon()
        offer = replace(package_offer(self.make, cast.profile.id), provider_id=None, salon_id=salon.id)
        async with self.begin() as tx:
            await tx.package_offers.add(offer)
            await add_package(tx, package_of(self.make, offer, cast.customer.id))
            for each in (salon, other):
                await tx.salons.lock(each.id)
                assert await tx.packages.of_salon(each.id) is (each is salon)

    async def test_offers_are_listed_newest_first_and_a_version_is_saved_once(self, cast: Cast) -> None:
        first = package_offer(self.make, cast.profile.id, service_ids=(ServiceId(self.make.entropy.new_id()),))
        second = package_offer(self.make, cast.profile.id, valid_days=30, transferable=False)
        third = package_offer(self.make, cast.profile.id)
        async with self.begin() as tx:
            for each in jumbled(first, second, third):
                await tx.package_offers.add(each)
            assert await tx.package_offers.lock(first.id) == first
        await self.excludes(lambda tx: tx.package_offers.lock(first.id))
        ended = second.end(NOW)
        await self.alone.package_offers.save(ended, was=second)
        with pytest.raises(ConcurrentChange):
            await self.alone.package_offers.save(ended, was=second)
        reads = self.reads.packages
        assert list(await reads.offers(PackageOfferFilter(provider_id=cast.profile.id))) == [third, ended, first]
        assert list(await reads.offers(PackageOfferFilter(after=ended.id, limit=1))) == [first]
        assert list(await reads.offers(PackageOfferFilter(salon_ids=()))) == []
        assert await reads.offer(ended.id) == ended
        assert await reads.offer(PackageOfferId(self.make.entropy.new_id())) is None

    async def test_what_a_provider_and_a_salon_have_on_sale_is_listed(self, cast: Cast, other: Cast) -> None:
        salon_id, reads = SalonId(self.make.entropy.new_id()), self.reads.packages
        own = package_offer(self.make, cast.profile.id)
        ended = package_offer(self.make, cast.profile.id, ended_at=NOW)
        foreign = package_offer(self.make, other.profile.id)
        of_salon = replace(package_offer(self.make, cast.profile.id), provider_id=None, salon_id=salon_id)
        last = package_offer(self.make, cast.profile.id)
        async with self.begin() as tx:
            for each in jumbled(own, ended, foreign, of_salon, last):
                await tx.package_offers.add(each)
        assert list(await reads.on_sale(cast.profile.id, salon_id, None, 9)) == [last, of_salon, own]
        assert list(await reads.on_sale(cast.profile.id, salon_id, of_salon.id, 9)) == [own]
        assert list(await reads.on_sale(cast.profile.id, None, None, 9)) == [last, own]
        assert list(await reads.on_sale(None, salon_id, None, 9)) == [of_salon]
        assert list(await reads.on_sale(cast.profile.id, salon_id, None, 1)) == [last]

    async def test_a_package_is_found_with_its_entries(self, cast: Cast) -> None:
        offer = package_offer(self.make, cast.profile.id)
        oldest = package_of(self.make, offer, cast.customer.id)
        package, first = await self._sold(cast, valid_days=30)
        booking = self.make.booking(cast.profile, cast.customer)
        granted = replace(first, id=PackageEntryId(self.make.entropy.new_id()), cause="granted")
        taken, entry = package.move(
            VisitStatus.FREE, VisitStatus.RESERVED, package_cause(self.make, "reserved", booking_id=booking.id)
        )
        async with self.begin() as tx:
            assert await tx.packages.get(package.id) == await tx.packages.lock(package.id) == package
            assert await tx.packages.last_of(package.id, booking.id) is None
            await tx.bookings.add(booking, [self.make.event(booking)])
            await tx.packages.save(taken, was=package)
            await tx.packages.add_entry(entry)
            assert await tx.packages.last_of(package.id, booking.id) == entry
            used, last = taken.move(
                VisitStatus.RESERVED, VisitStatus.USED, package_cause(self.make, "used", booking_id=booking.id)
            )
            await tx.packages.save(used, was=taken)
            await tx.packages.add_entry(last)
            assert await tx.packages.last_of(package.id, booking.id) == last
            await tx.packages.add_entry(granted)
        await self.excludes(lambda tx: tx.packages.lock(package.id))
        reads = self.reads.packages
        assert await reads.get(package.id) == used
        assert list(await reads.entries(package.id, None, 10)) == [last, entry, granted, first]
        assert await reads.entry(entry.id) == entry
        assert list(await reads.entries_of(cast.customer.id, last.id, 1)) == [entry]
        newer, sale = await self._sold(cast)
        async with self.begin() as tx:
            await tx.package_offers.add(offer)
            old = await add_package(tx, oldest)
        entries = [sale, last, entry, granted, first, oldest[1]]
        assert list(await reads.entries_of(cast.customer.id, None, 9)) == entries
        assert list(await reads.page(PackageFilter(customer_id=cast.customer.id))) == [newer, used, old]
        assert list(await reads.page(PackageFilter(customer_id=cast.customer.id, limit=1))) == [newer]
        for criteria in (PackageFilter(customer_id=cast.customer.id), PackageFilter(provider_id=cast.profile.id)):
            assert list(await reads.page(replace(criteria, after=newer.id))) == [used, old]
        for criteria in (
            PackageFilter(customer_id=cast.owner.id),
            PackageFilter(salon_ids=()),
            PackageFilter(after=old.id),
        ):
            assert list(await reads.page(criteria)) == []

    @pytest.mark.parametrize(("method", "earned"), [(PackageSaleMethod.ONLINE, 80), (PackageSaleMethod.CASH, 0)])
    async def test_the_visit_of_a_booking_earns_its_price_if_the_package_was_bought_online(
        self, cast: Cast, method: PackageSaleMethod, earned: int
    ) -> None:
        offer, booking = package_offer(self.make, cast.profile.id), self.make.booking(cast.profile, cast.customer)
        sold, first = package_of(self.make, offer, cast.customer.id)
        package = replace(sold, method=method)
        async with self.begin() as tx:
            await tx.package_offers.add(offer)
            await add_package(tx, (package, first))
            await tx.bookings.add(booking, [self.make.event(booking)])
            assert await tx.packages.earned_of(booking.id) == 0
            held = VisitStatus.FREE
            for becomes, price in (
                (VisitStatus.RESERVED, 0),
                (VisitStatus.USED, earned),
                (VisitStatus.FREE, 0),
                (VisitStatus.USED, earned),
            ):
                cause = package_cause(self.make, f"{becomes} {package.version}", booking_id=booking.id)
                after, entry = package.move(held, becomes, cause)
                await tx.packages.save(after, was=package)
                await tx.packages.add_entry(entry)
                assert await tx.packages.earned_of(booking.id) == price
                held, package = becomes, after

    async def test_packages_are_due_to_remind_and_to_expire(self, cast: Cast) -> None:
        package, _ = await self._sold(cast, valid_days=30)
        other, _ = await self._sold(cast, valid_days=30)
        await self._sold(cast)
        ends, reads = NOW + timedelta(days=30), self.reads.packages
        assert (await reads.to_remind(NOW, 9), await reads.to_expire(NOW, 9)) == ([], [])
        for found in (reads.to_remind, reads.to_expire):
            assert sorted(await found(ends, 9)) == sorted([package.id, other.id])
            assert len(await found(ends, 1)) == 1
        gone = other.expire(replace(package_cause(self.make, "expired"), at=ends))
        assert gone is not None
        await self.alone.packages.save(gone[0], was=other)
        assert await reads.to_remind(ends, 9) == await reads.to_expire(ends, 9) == [package.id]
        reminded = package.reminded(NOW)
        await self.alone.packages.save(reminded, was=package)
        assert (await reads.to_remind(ends, 9), await reads.to_expire(ends, 9)) == ([], [package.id])
        expired = reminded.expire(replace(package_cause(self.make, "expired"), at=ends))
        assert expired is not None
        await self.alone.packages.save(expired[0], was=reminded)
        assert await reads.to_expire(ends, 9) == []

    async def test_what_is_owed_is_the_sum_of_the_entries(self, cast: Cast) -> None:
        package, _ = await self._sold(cast)
        async with self.begin() as tx:
            used, use = package.move(VisitStatus.FREE, VisitStatus.USED, package_cause(self.make, "used"))
            back, refund = used.refund(2, package_cause(self.make, "refund"))
            await tx.packages.save(used, was=package)
            await tx.packages.save(back, was=used)
            await tx.packages.add_entry(use)
            await tx.packages.add_entry(refund)
        [owed] = await self.reads.packages.liability(PackageFilter(provider_id=cast.profile.id))
        assert owed == PackageLiability(currency="MNT", packages=1, sold=400, used=80, refunded=160, expired=0)
        assert owed.outstanding == back.worth(back.unused)
        assert await self.reads.packages.liability(PackageFilter(salon_ids=())) == []
        for currency in ("USD", "EUR"):
            await self._sold(cast, price=Money(amount=400, currency=currency))
        by_currency = await self.reads.packages.liability(PackageFilter(provider_id=cast.profile.id))
        assert [each.currency for each in by_currency] == ["EUR", "MNT", "USD"]

    async def test_a_package_has_one_entry_of_each_cause_and_a_version_is_saved_once(self, cast: Cast) -> None:
        package, entry = await self._sold(cast)
        with pytest.raises(ConcurrentChange):
            await self.alone.packages.add_entry(replace(entry, id=PackageEntryId(self.make.entropy.new_id())))
        reminded = package.reminded(NOW)
        await self.alone.packages.save(reminded, was=package)
        with pytest.raises(ConcurrentChange):
            await self.alone.packages.save(reminded, was=package)

    async def test_of_many_at_once_only_what_is_there_is_taken(self, cast: Cast) -> None:
        package, _ = await self._sold(cast)

        async def take(number: int) -> None:
            async with self.begin() as tx:
                found = await tx.packages.lock(package.id)
                assert found is not None
                taken, entry = found.move(
                    VisitStatus.FREE, VisitStatus.RESERVED, package_cause(self.make, f"reserved {number}")
                )
                await tx.packages.save(taken, was=found)
                await tx.packages.add_entry(entry)

        taken, refused = await race([take(number) for number in range(_COMPETITORS)])
        assert (len(taken), {type(each) for each in refused}) == (5, {PackageUsedUp})
        left = await self.reads.packages.get(package.id)
        assert left is not None
        entries = await self.reads.packages.entries(package.id, None, _COMPETITORS)
        assert (left.balance, left.reserved, sum(each.visits for each in entries)) == (0, 5, 0)


CONTRACTS: Final[dict[type, type]] = {
    PackageOffers: PackageContract,
    Packages: PackageContract,
    PackageReads: PackageContract,
}
"""Each port with its contract."""
