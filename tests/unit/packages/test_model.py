"""The account of a package: visits and their price always add up."""

from datetime import timedelta
from random import Random

import pytest

from booking_domain.packages.model import (
    GRACE,
    NotEnoughVisits,
    Package,
    PackageCause,
    PackageEntry,
    PackageEntryId,
    PackageId,
    PackageNotApplicable,
    PackageNotTransferable,
    PackageOffer,
    PackageOfferEnded,
    PackageOfferId,
    PackageSaleMethod,
    PackageUsedUp,
    VisitStatus,
)
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import DomainError, InvalidValue
from booking_domain.shared.ids import ProviderId, ServiceId, UserId
from booking_domain.shared.money import Money
from booking_domain.testing.builders import NOW, Builder

make = Builder()


def offer(**values: object) -> PackageOffer:
    made: dict[str, object] = {"name": "Three", "visits": 3, "price": Money(amount=100, currency="MNT")}
    given = {"id": PackageOfferId(make.entropy.new_id()), "provider_id": ProviderId(make.entropy.new_id())}
    return PackageOffer(**given | {"created_at": NOW} | made | values)  # type: ignore[arg-type]


def cause(name: str = "", after: timedelta = timedelta()) -> PackageCause:
    new_id = make.entropy.new_id()
    return PackageCause(id=PackageEntryId(new_id), name=name or str(new_id), at=NOW + after)


def sold(**values: object) -> tuple[Package, PackageEntry]:
    return Package.sell(
        offer(**values),
        id=PackageId(make.entropy.new_id()),
        customer_id=UserId(make.entropy.new_id()),
        method=PackageSaleMethod.CASH,
        by=SYSTEM,
        cause=cause("sale"),
    )


def test_a_visit_is_reserved_used_and_given_back_with_its_price() -> None:
    package, first = sold()
    assert (first.visits, first.amount, package.balance) == (3, 100, 3)
    held, reserved = package.move(VisitStatus.FREE, VisitStatus.RESERVED, cause())
    assert (reserved.visits, reserved.amount, held.balance, held.reserved) == (-1, 0, 2, 1)
    used, use = held.move(VisitStatus.RESERVED, VisitStatus.USED, cause())
    assert (use.visits, use.amount, used.balance, used.reserved) == (0, -34, 2, 0)
    back, release = used.move(VisitStatus.USED, VisitStatus.FREE, cause())
    assert (release.visits, release.amount, back.unused) == (1, 34, 3)


def test_only_free_visits_are_taken_refunded_and_given_away() -> None:
    package, _ = sold(visits=1, transferable=True)
    held, _ = package.move(VisitStatus.FREE, VisitStatus.RESERVED, cause())
    for refused, step in (
        (PackageUsedUp, lambda: held.move(VisitStatus.FREE, VisitStatus.RESERVED, cause())),
        (PackageUsedUp, lambda: held.require_usable(NOW, NOW)),
        (NotEnoughVisits, lambda: held.refund(None, cause())),
        (InvalidValue, lambda: package.refund(0, cause())),
        (NotEnoughVisits, lambda: package.refund(2, cause())),
    ):
        with pytest.raises(refused):
            step()


def test_expired_visits_are_taken_and_what_comes_back_later_can_be_used_for_a_while() -> None:
    package, _ = sold(valid_days=10)
    held, _ = package.move(VisitStatus.FREE, VisitStatus.RESERVED, cause())
    late = timedelta(days=10)
    with pytest.raises(PackageNotApplicable):
        package.require_usable(NOW + late, NOW)
    assert held.expire(cause()) is None
    expired = held.expire(cause(after=late))
    assert expired is not None
    after, entry = expired
    assert (entry.visits, entry.amount, after.balance, after.reserved) == (-2, -67, 0, 1)
    back, _ = after.move(VisitStatus.RESERVED, VisitStatus.FREE, cause(after=late))
    assert (back.balance, back.expires_at) == (1, NOW + late + GRACE)


def test_visits_are_given_to_another_with_their_part_of_the_price() -> None:
    package, _ = sold(transferable=True, valid_days=10)
    other = UserId(make.entropy.new_id())
    (left, out), (given, received) = package.transfer(
        2, to=other, id=PackageId(make.entropy.new_id()), cause=cause(), received=cause()
    )
    assert (left.balance, out.amount) == (1, -67)
    assert (given.customer_id, given.balance, given.visits, given.price.amount) == (other, 2, 2, 67)
    assert (received.visits, received.amount, given.expires_at) == (2, 67, package.expires_at)
    plain, _ = sold()
    with pytest.raises(PackageNotTransferable):
        plain.transfer(1, to=other, id=plain.id, cause=cause(), received=cause())


def test_a_visit_takes_off_the_services_that_the_package_includes() -> None:
    cut, beard = (ServiceId(make.entropy.new_id()) for _ in range(2))
    prices = {cut: Money(amount=80, currency="MNT"), beard: Money(amount=20, currency="MNT")}
    total = Money(amount=100, currency="MNT")
    package, _ = sold(service_ids=(cut,))
    assert package.covered("MNT", prices.items(), total) == prices[cut]
    assert sold()[0].covered("MNT", prices.items(), total) == total
    for currency, services in (("MNT", [(beard, prices[beard])]), ("USD", prices.items())):
        with pytest.raises(PackageNotApplicable):
            package.covered(currency, services, total)


def test_what_is_no_longer_offered_is_not_sold() -> None:
    ended = offer().end(NOW)
    assert ended.end(NOW) is ended
    with pytest.raises(PackageOfferEnded):
        ended.require_on_sale()
    for wrong in ({"visits": 0}, {"name": ""}, {"price": Money.zero("MNT")}, {"valid_days": 0}, {"provider_id": None}):
        with pytest.raises(InvalidValue):
            offer(**wrong)


@pytest.mark.parametrize("seed", range(30))
def test_the_entries_of_any_history_add_up(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - a history, not a secret
    price = Money(amount=random.randint(1, 1_000), currency="MNT")
    package, entry = sold(visits=random.randint(1, 9), price=price, transferable=True, valid_days=5)
    entries, holds = [entry], dict.fromkeys(range(6), VisitStatus.FREE)
    for step in range(60):
        why = cause(after=timedelta(hours=step * 4))
        number, becomes = random.choice(list(holds)), random.choice(list(VisitStatus))
        try:
            match random.randrange(6):
                case 0:
                    package, entry = package.refund(random.randint(1, 3), why)
                case 1:
                    (package, entry), _ = package.transfer(
                        1, to=package.customer_id, id=package.id, cause=why, received=why
                    )
                case 2:
                    expired = package.expire(why)
                    if expired is None:
                        continue
                    package, entry = expired
                case _ if holds[number] is not becomes:
                    package, entry = package.move(holds[number], becomes, why)
                    holds[number] = becomes
                case _:
                    continue
        except DomainError:
            continue
        entries.append(entry)
        held = list(holds.values())
        assert package.balance == sum(each.visits for each in entries) >= 0
        assert package.reserved == held.count(VisitStatus.RESERVED)
        assert package.worth(package.unused) == sum(each.amount for each in entries) <= price.amount
