"""A plan: when its periods begin and end, what is due, and what money it waits for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking_domain.plans.model import (
    ANNOUNCED,
    ASKED_AGAIN,
    GIVEN_UP,
    TRIES,
    InvalidPlanTransition,
    Plan,
    PlanEnd,
    PlanOffer,
    PlanOfferEnded,
    PlanOfferId,
    PlanParty,
    PlanStatus,
)
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import PlanId, ProviderId, SalonId, UserId
from booking_domain.shared.kept_methods import KeptMethod
from booking_domain.shared.money import Money
from booking_domain.testing.builders import NOW, Builder

make = Builder()
ZONE = ZoneInfo("Asia/Ulaanbaatar")
CARD = KeptMethod(payer="payer", reference="card")


def offer(**values: object) -> PlanOffer:
    made: dict[str, object] = {
        "id": PlanOfferId(make.entropy.new_id()),
        "provider_id": ProviderId(make.entropy.new_id()),
        "name": "Two cuts",
        "visits": 2,
        "price": Money(amount=100, currency="MNT"),
        "period_months": 1,
        "time_zone": "Asia/Ulaanbaatar",
        "created_at": NOW,
    }
    return PlanOffer(**made | values)  # type: ignore[arg-type]


TWO = offer()


def taken(now: datetime = NOW) -> Plan:
    return Plan.take(
        TWO,
        id=PlanId(make.entropy.new_id()),
        customer_id=UserId(make.entropy.new_id()),
        order_id=make.entropy.new_id(),
        payable_until=now + timedelta(days=1),
        now=now,
    )


def paid(plan: Plan, now: datetime, method: KeptMethod | None = None) -> Plan:
    return plan.paid(TWO, make.entropy.new_id(), gateway="stripe", method=method, now=now)


def running(now: datetime = NOW, method: KeptMethod | None = None) -> Plan:
    return paid(taken(now), now, method)


def ends(plan: Plan) -> datetime:
    assert plan.ends_at is not None
    return plan.ends_at


def announced(plan: Plan) -> Plan:
    return plan.announce(make.entropy.new_id(), ends(plan) - ANNOUNCED)


@pytest.mark.parametrize(
    "wrong",
    [
        {"salon_id": SalonId(make.entropy.new_id())},
        {"name": ""},
        {"text": "x" * 1001},
        {"visits": 0},
        {"price": Money.zero("MNT")},
        {"period_months": 13},
    ],
)
def test_an_offer_is_of_one_seller_and_has_a_name_visits_a_price_and_a_period(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        offer(**wrong)


def test_an_offer_that_has_ended_keeps_its_price() -> None:
    ended = TWO.end(NOW)
    assert ended.end(NOW) is ended
    assert TWO.change_price(100) is TWO
    assert TWO.change_price(200).price.amount == 200
    for refused in (ended.require_offered, lambda: ended.change_price(200)):
        with pytest.raises(PlanOfferEnded):
            refused()


def test_periods_begin_on_one_day_of_the_sellers_month_or_on_the_last() -> None:
    started = datetime(2026, 1, 31, 7, tzinfo=ZONE)
    plan, days = running(started), []
    for _ in range(4):
        days.append(ends(plan).astimezone(ZONE))
        plan = paid(announced(plan), ends(plan) - timedelta(days=3))
    assert [(each.month, each.day, each.hour) for each in days] == [(2, 28, 7), (3, 31, 7), (4, 30, 7), (5, 31, 7)]
    assert ends(plan).tzinfo is UTC


def test_a_period_that_is_paid_late_begins_when_it_is_paid() -> None:
    plan = running(datetime(2026, 1, 31, 7, tzinfo=ZONE))
    late = paid(announced(plan).attempt(ends(plan), charge=False), ends(plan) + timedelta(days=2))
    assert ends(late).astimezone(ZONE).isoformat() == "2026-04-02T07:00:00+08:00"
    assert (late.period, late.status, late.renewal_day) == (2, PlanStatus.ACTIVE, 2)


def test_a_card_is_tried_on_its_days_and_a_try_that_is_not_answered_is_repeated() -> None:
    plan = announced(running(method=CARD))
    due, times = ends(plan), []
    assert (plan.next_at, plan.lost(due)) == (due, False)
    for _ in TRIES:
        now = plan.next_at or due
        times.append(now - due)
        plan = plan.attempt(now, charge=True)
        again = plan.attempt(plan.next_at or now, charge=True)
        assert (plan.status, plan.asking, again.tries) == (PlanStatus.OVERDUE, True, plan.tries)
        plan = again.unpaid(now)
    assert tuple(times) == TRIES
    assert (plan.next_at, plan.given_up_at) == (due + GIVEN_UP, due + GIVEN_UP)
    assert (plan.lost(due + GIVEN_UP - timedelta(seconds=1)), plan.lost(due + GIVEN_UP)) == (False, True)


def test_a_try_ends_unanswered_without_the_gateway_of_the_card_and_the_next_one_charges_if_it_is_back() -> None:
    plan = announced(running(method=CARD))
    due = ends(plan)
    asked = plan.attempt(due, charge=True)
    alone = asked.attempt(due + ASKED_AGAIN, charge=False)
    assert (alone.status, alone.asking, alone.tries, alone.next_at) == (PlanStatus.OVERDUE, False, 1, due + TRIES[1])
    back = alone.attempt(due + TRIES[1], charge=True)
    assert (back.asking, back.tries, back.method) == (True, 2, CARD)


def test_without_a_card_each_try_is_a_reminder() -> None:
    plan = announced(running())
    for tries in range(1, len(TRIES) + 1):
        plan = plan.attempt(plan.next_at or NOW, charge=False)
        assert (plan.tries, plan.asking) == (tries, False)
    assert plan.lost(ends(plan) + GIVEN_UP)


def test_a_plan_waits_for_the_money_of_its_order_until_it_has_ended_unpaid_and_after() -> None:
    plan = announced(running())
    assert plan.order_id is not None
    order_id, due = plan.order_id, ends(plan)
    assert plan.awaits(order_id)
    assert not plan.awaits(make.entropy.new_id())
    assert plan.attempt(due, charge=False).finish(PlanParty.PLATFORM, PlanEnd.UNPAID).awaits(order_id)
    for gone in (
        plan.pause(),
        plan.cancel(PlanParty.CUSTOMER, PlanEnd.CANCELLED, NOW),
        plan.attempt(due, charge=False).cancel(PlanParty.SELLER, PlanEnd.BY_SELLER, due),
        plan.finish(PlanParty.PLATFORM, PlanEnd.ACCOUNT_CLOSED),
    ):
        assert not gone.awaits(order_id)


def test_a_plan_ends_with_the_period_that_is_paid_and_can_be_resumed_before() -> None:
    plan = running()
    ending = plan.cancel(PlanParty.CUSTOMER, PlanEnd.CANCELLED, NOW)
    with pytest.raises(InvalidPlanTransition):
        ending.cancel(PlanParty.CUSTOMER, PlanEnd.CANCELLED, NOW)
    assert (ending.status, ending.end_reason, ending.next_at) == (PlanStatus.ENDING, PlanEnd.CANCELLED, ends(plan))
    resumed = ending.resume(NOW)
    assert (resumed.status, resumed.end_reason, resumed.next_at) == (PlanStatus.ACTIVE, None, ends(plan) - ANNOUNCED)
    paused = plan.pause()
    assert (paused.next_at, paused.resume(ends(plan) + timedelta(days=9)).next_at) == (
        None,
        ends(plan) + timedelta(days=9),
    )
    over = paused.cancel(PlanParty.CUSTOMER, PlanEnd.CANCELLED, ends(plan))
    assert (over.status, over.end_reason) == (PlanStatus.ENDED, PlanEnd.CANCELLED)
    for refused in (over.pause, lambda: over.resume(NOW), plan.attempt(ends(plan), charge=False).pause):
        with pytest.raises(InvalidPlanTransition):
            refused()


def test_a_card_is_kept_for_its_gateway_and_another_is_charged_soon() -> None:
    plan = running(method=CARD)
    assert paid(plan, NOW).method == CARD
    assert plan.paid(TWO, make.entropy.new_id(), gateway="qpay", method=None, now=NOW).method is None
    overdue = announced(plan).attempt(ends(plan), charge=True).unpaid(ends(plan))
    other = KeptMethod(payer="payer", reference="other")
    assert overdue.keep(other, NOW).next_at == NOW
    assert plan.keep(other, NOW).next_at == plan.next_at
