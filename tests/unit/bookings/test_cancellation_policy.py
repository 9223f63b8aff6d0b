from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.bookings.policy import (
    DEFAULT_POLICY,
    CancellationPolicy,
    Tier,
    refund_due,
    start_after_reschedule,
    tiers,
)
from booking_domain.bookings.transitions import Party, Status
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.money import Money
from booking_domain.testing.bookings.strategies import (
    DEPOSIT,
    HOUR,
    NOON,
    NOTHING,
    PRICE,
    a_booking,
    moments,
    policies,
    usual_policies,
)
from booking_domain.testing.shared.strategies import amounts

JUST = timedelta(microseconds=1)


def of_the_customer(policy: CancellationPolicy, paid: Money, now: datetime) -> Money:
    return refund_due(policy, paid, start=NOON, cancelled_at=now, by_customer=True)


def test_by_default_all_is_refunded_until_a_day_before_and_nothing_after() -> None:
    assert of_the_customer(DEFAULT_POLICY, DEPOSIT, NOON - 24 * HOUR) == DEPOSIT
    assert of_the_customer(DEFAULT_POLICY, DEPOSIT, NOON - 24 * HOUR + JUST) == NOTHING


def test_the_highest_tier_that_is_met_counts() -> None:
    policy = tiers([(2, 25), (72, 100), (24, 50)])
    shares = {
        hours: of_the_customer(policy, Money.of(1, "MNT"), NOON - hours * HOUR).amount
        for hours in (100, 72, 71, 24, 23, 2, 1, 0)
    }
    assert shares == {100: 100, 72: 100, 71: 50, 24: 50, 23: 25, 2: 25, 1: 0, 0: 0}


def test_a_tier_of_0_hours_counts_until_the_start() -> None:
    policy = tiers([(0, 10)])
    assert of_the_customer(policy, DEPOSIT, NOON) == DEPOSIT.percent(10)
    assert of_the_customer(policy, DEPOSIT, NOON + JUST) == NOTHING


def test_without_tiers_nothing_is_refunded() -> None:
    assert of_the_customer(CancellationPolicy(()), PRICE, NOON - 1000 * HOUR) == NOTHING


@examples(300)
@given(policies(), amounts(), moments())
def test_the_refund_is_the_share_of_a_tier_or_zero(policy: CancellationPolicy, paid: Money, now: datetime) -> None:
    due = of_the_customer(policy, paid, now)
    assert due <= paid
    assert due in {NOTHING, *(paid.percent(tier.percent) for tier in policy.tiers)}


@examples(300)
@given(usual_policies(), amounts(), moments(), moments())
def test_a_later_cancellation_never_refunds_more(
    policy: CancellationPolicy, paid: Money, one: datetime, other: datetime
) -> None:
    earlier, later = sorted((one, other))
    assert of_the_customer(policy, paid, later) <= of_the_customer(policy, paid, earlier)


@examples(300)
@given(policies(), amounts(), moments())
def test_a_cancellation_by_another_party_refunds_everything(
    policy: CancellationPolicy, paid: Money, now: datetime
) -> None:
    assert refund_due(policy, paid, start=NOON, cancelled_at=now, by_customer=False) == paid


STEPS = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 1_500)), min_size=1, max_size=6)
"""Reschedules: how many hours after the last one, and to which hour from the first."""


@examples(500)
@given(usual_policies(), st.integers(0, 600), STEPS, st.integers(0, 1_500))
def test_no_chain_of_reschedules_increases_what_a_cancellation_refunds(
    policy: CancellationPolicy, first: int, steps: list[tuple[int, int]], until: int
) -> None:
    """Not above what cancelling would have refunded at the first reschedule after a deadline, nor at any later one."""
    now = NOON
    judged = start = NOON + first * HOUR
    most = 100
    for after, to in steps:
        if now + after * HOUR >= start:
            break  # it has begun
        now += after * HOUR
        if policy.deadline_passed(start=judged, at=now):
            most = min(most, policy.percent(start=judged, cancelled_at=now))
        start = max(now, NOON + to * HOUR)
        judged = start_after_reschedule(policy, judged, start, at=now)
        for later in (0, 1, until):
            assert policy.percent(start=judged, cancelled_at=now + later * HOUR) <= most


@examples(300)
@given(usual_policies(), moments(), moments())
def test_who_reschedules_before_every_deadline_is_judged_by_the_new_start_only(
    policy: CancellationPolicy, now: datetime, to: datetime
) -> None:
    in_time = all(now <= NOON - tier.hours_before * HOUR for tier in policy.tiers)
    assert policy.deadline_passed(start=NOON, at=now) is not in_time
    assert start_after_reschedule(policy, NOON, to, at=now) == (to if in_time else min(NOON, to))


@given(policies())
def test_the_order_of_tiers_does_not_matter(policy: CancellationPolicy) -> None:
    turned = CancellationPolicy(policy.tiers[::-1])
    for hours in range(0, 401, 7):
        now = NOON - hours * HOUR
        assert turned.percent(start=NOON, cancelled_at=now) == policy.percent(start=NOON, cancelled_at=now)
    assert tiers((tier.hours_before, tier.percent) for tier in policy.tiers).tiers == tuple(
        sorted(policy.tiers, reverse=True)
    )


@pytest.mark.parametrize(("hours", "percent"), [(-1, 50), (24, -1), (24, 101)])
def test_a_tier_is_hours_before_and_a_share_of_the_whole(hours: int, percent: int) -> None:
    with pytest.raises(InvalidValue) as refused:
        Tier(hours, percent)
    assert refused.value.field_path == ("cancellation_policy",)


def test_two_tiers_for_the_same_hours_are_refused() -> None:
    with pytest.raises(InvalidValue) as refused:
        tiers([(24, 50), (24, 60)])
    assert refused.value.field_path == ("cancellation_policy",)


@examples(200)
@given(amounts(most=10**9), amounts(most=10**9), st.sampled_from(Party), moments())
def test_the_refund_is_a_share_of_what_was_not_refunded_yet(
    paid: Money, more: Money, party: Party, now: datetime
) -> None:
    booking = a_booking(Status.CONFIRMED, paid=paid + more, refunded=paid)
    due = booking.refund_on_cancellation(party, now)
    in_time = now <= NOON - 24 * HOUR
    assert due == (more if party is not Party.CUSTOMER or in_time else NOTHING)


@examples(200)
@given(amounts(most=10**9), amounts(most=10**9), amounts(most=10**9), st.sampled_from(Party), moments())
def test_pending_refunds_are_not_refunded_twice(
    kept: Money, refunded: Money, owed: Money, party: Party, now: datetime
) -> None:
    booking = a_booking(Status.CONFIRMED, paid=kept + owed + refunded, refunded=refunded, refund_pending=owed)
    in_time = now <= NOON - 24 * HOUR
    expected = kept if party is not Party.CUSTOMER or in_time else NOTHING
    assert booking.refund_on_cancellation(party, now) == expected
