"""What an appointment costs, line by line."""

from dataclasses import replace
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.bookings.pricing import Discount, DiscountKind, Funding, break_down, discounts_of, price_after
from booking_domain.bookings.scope import Scope
from booking_domain.bookings.transitions import Status
from booking_domain.payments.earnings import Commission, TipRules
from booking_domain.shared.actor import Role
from booking_domain.shared.money import Money
from booking_domain.testing.builders import Builder
from booking_domain.use_cases.payments.earnings import booking_earnings


def mnt(amount: int) -> Money:
    return Money(amount=amount, currency="MNT")


def discount(kind: DiscountKind = DiscountKind.PROMOTION, **values: object) -> Discount:
    made = {"source_id": UUID(int=1), "label": "SPRING", "amount": mnt(0), "most": mnt(1_000)}
    return Discount(**{"kind": kind, "funded_by": Funding.PROVIDER} | made | values)  # type: ignore[arg-type]


AMOUNTS = st.integers(0, 5_000).map(mnt)
DISCOUNTS = st.builds(
    discount,
    st.sampled_from(DiscountKind),
    most=AMOUNTS,
    percent=st.none() | st.integers(1, 100),
    step=st.sampled_from([1, 100]),
)


@given(AMOUNTS, AMOUNTS, st.lists(DISCOUNTS, max_size=4), AMOUNTS)
def test_nobody_pays_less_than_nothing_and_the_lines_add_up(
    list_price: Money, deposit: Money, discounts: list[Discount], card: Money
) -> None:
    found = break_down(list_price, min(deposit, list_price), discounts, gift_card=card)
    listed, *others = (line.amount.amount for line in found.lines)
    assert listed == list_price.amount == sum(others)
    assert found.deposit <= found.price
    assert found.due.now <= found.deposit
    assert not break_down(list_price, list_price, discounts, requested=True).due.now
    assert [each.kind for each in found.discounts] == [each.kind for each in sorted(found.discounts, key=_place)]


def _place(each: Discount) -> int:
    return list(DiscountKind).index(each.kind)


@given(st.lists(AMOUNTS, min_size=2, max_size=5), st.lists(DISCOUNTS, max_size=3))
def test_a_discount_never_exceeds_what_was_agreed_whatever_the_list_price_becomes(
    prices: list[Money], discounts: list[Discount]
) -> None:
    scope = Scope(price=mnt(0), deposit=mnt(0), minutes=60, discounts=discounts_of(mnt(0), discounts))
    seen = [scope := scope.changed(price_amount=each.amount) for each in prices]
    for each, price in zip(seen, prices, strict=True):
        assert each.list_price == price
        assert each.price == price_after(price, each.discounts)
        assert all(one.amount <= one.most for one in each.discounts)
    for one, other in pairwise(sorted(seen, key=lambda each: each.list_price.amount)):
        assert sum(each.amount.amount for each in one.discounts) <= sum(each.amount.amount for each in other.discounts)


def test_a_percentage_follows_the_list_price_and_an_amount_stays() -> None:
    booked = discounts_of(mnt(10_000), [discount(percent=10), discount(DiscountKind.POINTS, most=mnt(500))])
    scope = Scope(price=price_after(mnt(10_000), booked), deposit=mnt(3_000), minutes=60, discounts=booked)
    assert (scope.price, scope.list_price) == (mnt(8_500), mnt(10_000))
    assert scope.changed(price_amount=5_000).price == mnt(4_000)
    assert scope.changed(price_amount=20_000).price == mnt(18_500)
    assert scope.changed(price_amount=400).price == mnt(0)
    assert scope.changed(price_amount=400).changed(price_amount=10_000) == replace(scope, deposit=mnt(0))
    assert scope.changed(minutes=90) == replace(scope, minutes=90)


def test_a_percentage_is_rounded_so_that_the_rest_can_be_charged() -> None:
    [each] = discounts_of(mnt(12_300), [discount(percent=15, most=mnt(9_000), step=100)])
    assert each.amount == mnt(1_800)


@pytest.mark.parametrize(
    ("status", "conceded", "funded"),
    [
        (Status.CONFIRMED, 0, 0),
        (Status.COMPLETED, 0, 1_000),
        (Status.COMPLETED, 4_500, 500),
        (Status.COMPLETED, 9_000, 0),
        (Status.NO_SHOW, 0, 0),
    ],
)
def test_the_platform_bears_its_discounts_of_appointments_that_took_place(
    status: Status, conceded: int, funded: int
) -> None:
    borne = discounts_of(mnt(10_000), [discount(funded_by=Funding.PLATFORM)])
    make = Builder()
    made = make.booking(make.profile(make.user(Role.PROVIDER)), make.user())
    booking = replace(
        made,
        status=status,
        price=mnt(9_000),
        deposit=mnt(0),
        discounts=borne,
        paid=mnt(9_000),
        refunded=mnt(conceded),
        conceded=mnt(conceded),
    )
    rate = Commission(platform=1_000)
    earned = booking_earnings(booking, (), rate, TipRules())
    assert earned.funded == funded
    if status is Status.COMPLETED:
        assert earned.amount == (9_000 - conceded + funded) * 9 // 10
    own = tuple(replace(each, funded_by=Funding.PROVIDER) for each in borne)
    assert booking_earnings(replace(booking, discounts=own), (), rate, TipRules()).funded == 0
