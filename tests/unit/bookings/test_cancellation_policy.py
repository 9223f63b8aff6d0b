from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.effort import examples

from booking_domain.bookings.errors import TooManyReschedules
from booking_domain.bookings.model import Booking
from booking_domain.bookings.policy import (
    DEFAULT_POLICY,
    MAX_RESCHEDULE_NOTICE,
    MAX_RESCHEDULES,
    PRESETS,
    CancellationPolicy,
    Preset,
    Tier,
    refund_due,
    start_after_reschedule,
    tiers,
)
from booking_domain.bookings.time_changes import TimeChange
from booking_domain.bookings.transitions import Action, Party, Status
from booking_domain.shared.errors import DomainError, InvalidValue
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.testing.bookings.strategies import (
    A_BOOKING,
    ACTORS,
    DEPOSIT,
    EVENT,
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
def test_a_customer_who_reschedules_before_every_deadline_is_judged_by_the_new_start_only(
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


@pytest.mark.parametrize(
    ("preset", "back"),
    [
        (Preset.FLEXIBLE, {169: 100, 168: 100, 72: 100, 71: 100, 24: 100, 23: 0}),
        (Preset.MODERATE, {169: 100, 168: 100, 72: 100, 71: 50, 24: 50, 23: 0}),
        (Preset.STRICT, {169: 100, 168: 100, 167: 50, 72: 50, 71: 0, 24: 0}),
    ],
)
def test_a_preset_is_a_list_of_tiers(preset: Preset, back: dict[int, int]) -> None:
    policy = CancellationPolicy(PRESETS[preset][::-1])
    assert policy.preset is preset
    assert {hours: policy.percent(start=NOON, cancelled_at=NOON - hours * HOUR) for hours in back} == back
    policy.require_monotonic()


def test_other_tiers_are_custom() -> None:
    assert tiers([(24, 99)]).preset is CancellationPolicy(()).preset is Preset.CUSTOM
    assert DEFAULT_POLICY.preset is Preset.FLEXIBLE


def test_late_cancellation_and_no_show_have_separate_kept_percentages() -> None:
    policy = CancellationPolicy((Tier(24, 100),), late_keeps=40, no_show_keeps=75)
    assert of_the_customer(policy, DEPOSIT, NOON - 24 * HOUR) == DEPOSIT
    assert of_the_customer(policy, DEPOSIT, NOON - 24 * HOUR + JUST) == DEPOSIT.percent(60)
    assert of_the_customer(policy, DEPOSIT, NOON - JUST) == DEPOSIT.percent(60)
    assert of_the_customer(policy, DEPOSIT, NOON) == DEPOSIT.percent(25)
    booking = replace(a_booking(Status.CONFIRMED, paid=DEPOSIT), cancellation=policy)
    assert booking.refund_on_no_show() == DEPOSIT.percent(25)
    assert a_booking(Status.CONFIRMED, paid=DEPOSIT).refund_on_no_show() == NOTHING


@pytest.mark.parametrize(
    "policy",
    [
        tiers([(48, 50), (24, 60)]),
        CancellationPolicy((Tier(24, 50),), late_keeps=49, no_show_keeps=49),
        CancellationPolicy((), late_keeps=60, no_show_keeps=59),
    ],
)
def test_more_notice_must_not_give_less_back(policy: CancellationPolicy) -> None:
    with pytest.raises(InvalidValue) as refused:
        policy.require_monotonic()
    assert refused.value.field_path == ("cancellation_policy",)


RULED = st.builds(replace, policies(), late_keeps=st.integers(0, 100), no_show_keeps=st.integers(0, 100))
"""Policies with any rules beside their tiers."""


@examples(500)
@given(RULED, amounts(), moments(), moments())
def test_under_a_monotonic_policy_a_later_cancellation_never_refunds_more(
    policy: CancellationPolicy, paid: Money, one: datetime, other: datetime
) -> None:
    try:
        policy.require_monotonic()
    except InvalidValue:
        back = [100 - policy.no_show_keeps, 100 - policy.late_keeps, *(tier.percent for tier in sorted(policy.tiers))]
        assert any(less > more for less, more in pairwise(back))
        return
    earlier, later = sorted((one, other))
    assert of_the_customer(policy, paid, later) <= of_the_customer(policy, paid, earlier)


@pytest.mark.parametrize("percent", [-1, 101])
def test_the_kept_share_must_be_a_percentage(percent: int) -> None:
    with pytest.raises(InvalidValue):
        CancellationPolicy(late_keeps=percent)
    with pytest.raises(InvalidValue):
        CancellationPolicy(no_show_keeps=percent)


@pytest.mark.parametrize("times", [-1, MAX_RESCHEDULES + 1])
def test_the_limit_to_reschedules_has_bounds(times: int) -> None:
    with pytest.raises(InvalidValue) as refused:
        CancellationPolicy(max_reschedules=times)
    assert refused.value.field_path == ("max_reschedules",)
    assert [CancellationPolicy(max_reschedules=allowed).max_reschedules for allowed in (0, MAX_RESCHEDULES)] == [0, 100]


@given(st.integers(0, 3), st.lists(st.sampled_from([Party.CUSTOMER, Party.PROVIDER, Party.MANAGER]), max_size=8))
def test_only_moves_of_a_customer_count_and_only_they_are_limited(most: int, movers: list[Party]) -> None:
    booking = replace(a_booking(Status.CONFIRMED), cancellation=CancellationPolicy(max_reschedules=most))
    own, agreed, now = 0, True, NOON - 48 * HOUR
    for hours, party in enumerate(movers, 1):
        span = TimeRange(NOON + hours * HOUR, NOON + (hours + 1) * HOUR)
        move = partial(booking.reschedule, span, span, party=party, by=ACTORS[party], now=now, event_id=EVENT)
        assert booking.reschedules_left(now) == (most - own if agreed else None)
        if party is Party.CUSTOMER and agreed and own == most:
            with pytest.raises(TooManyReschedules):
                move()
            continue
        booking, own = move().state, own + (party is Party.CUSTOMER and agreed)
        agreed = party is Party.CUSTOMER
        assert booking.reschedules == own


@pytest.mark.parametrize("minutes", [-1, MAX_RESCHEDULE_NOTICE + 1])
def test_the_notice_to_reschedule_has_bounds(minutes: int) -> None:
    with pytest.raises(InvalidValue) as refused:
        CancellationPolicy(reschedule_notice_minutes=minutes)
    assert refused.value.field_path == ("reschedule_notice_minutes",)


BOOKINGS = st.builds(
    lambda status, policy, change: replace(a_booking(status, paid=DEPOSIT), cancellation=policy, time_change=change),
    st.sampled_from(Status),
    RULED,
    st.sampled_from([None, TimeChange(by=Party.PROVIDER, agreed=A_BOOKING.span, objection_deadline=NOON - 12 * HOUR)]),
)


@examples(500)
@given(BOOKINGS, st.sampled_from(Party), moments(), st.floats(0, 1))
def test_time_alone_changes_nothing_about_a_quote_while_it_is_valid(
    booking: Booking, party: Party, now: datetime, part: float
) -> None:
    ends = booking.quote_ends(party, now)
    assert now < ends <= now + HOUR
    last = ends - JUST
    for at in (last, now + part * (last - now)):
        assert booking.refund_on_cancellation(party, at) == booking.refund_on_cancellation(party, now)
        assert cancelled(booking, party, at) is cancelled(booking, party, now)


def cancelled(booking: Booking, party: Party, now: datetime) -> bool:
    try:
        booking.apply(Action.CANCEL, party=party, by=ACTORS[party], now=now, event_id=EVENT)
    except DomainError:
        return False
    return True


def test_a_quote_names_its_tier_and_the_better_tier_that_has_passed() -> None:
    policy = tiers([(168, 100), (72, 50), (24, 50), (2, 10)])
    seen = {
        hours: (
            policy.tier(start=NOON, cancelled_at=NOON - hours * HOUR),
            policy.better_tier(start=NOON, cancelled_at=NOON - hours * HOUR),
        )
        for hours in (200, 100, 30, 10, 1)
    }
    assert seen == {
        200: (Tier(168, 100), None),
        100: (Tier(72, 50), Tier(168, 100)),
        30: (Tier(24, 50), Tier(168, 100)),
        10: (Tier(2, 10), Tier(24, 50)),
        1: (None, Tier(2, 10)),
    }
