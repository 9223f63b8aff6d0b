"""Tell customers what becomes of their plans, and what they have to pay."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.payments.orders import OrderId
from booking_domain.plans.events import (
    EVENTS,
    PlanAnnounced,
    PlanChanged,
    PlanEnded,
    PlanEnding,
    PlanPaused,
    PlanRenewed,
    PlanResumed,
    PlanStarted,
    PlanUnpaid,
)
from booking_domain.plans.model import Plan, PlanEnd, PlanOffer
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.notices.fields import sample_money
from booking_domain.use_cases.packages.messages import seller_of
from booking_domain.use_cases.platform.ports import Reads

_STARTED: Final = NoticeTemplate(
    subject="Your plan “{plan_name}” has started",
    text="You have the plan “{plan_name}” of {seller}. Visits in this period: {visits}. They expire on {period_end}.",
)
_RENEWED: Final = NoticeTemplate(
    subject="Your plan “{plan_name}” is renewed",
    text="A period of the plan “{plan_name}” of {seller} is paid. Visits: {visits}. They expire on {period_end}.",
)
_CHARGED_SOON: Final = NoticeTemplate(
    subject="Your plan “{plan_name}” renews soon",
    text="The next period of the plan “{plan_name}” of {seller} costs {period_price}. It is charged to {card} on"
    " {due_day}. Pause or end the plan before, if you do not want it.",
)
_PAY_SOON: Final = NoticeTemplate(
    subject="Please pay the next period of your plan “{plan_name}”",
    text="The next period of the plan “{plan_name}” of {seller} costs {period_price}. Please pay it by {due_day}: you"
    " find it under your orders. Pause or end the plan if you do not want it.",
)
_DECLINED: Final = NoticeTemplate(
    subject="Your plan “{plan_name}” could not be charged",
    text="{card} was declined for the plan “{plan_name}” of {seller}: {period_price}. We try again. Please pay it under"
    " your orders, or enter another card. The plan ends on {given_up_day} if it is not paid.",
)
_AUTHENTICATE: Final = NoticeTemplate(
    subject="Please confirm the payment of your plan “{plan_name}”",
    text="Your bank wants you to confirm the payment of {period_price} for the plan “{plan_name}” of {seller}. Please"
    " pay it under your orders. The plan ends on {given_up_day} if it is not paid.",
)
_REMINDER: Final = NoticeTemplate(
    subject="Your plan “{plan_name}” is not paid",
    text="The next period of the plan “{plan_name}” of {seller} is not paid: {period_price}. Please pay it under your"
    " orders. The plan ends on {given_up_day} if it is not paid.",
)
_PAUSED: Final = NoticeTemplate(
    subject="Your plan “{plan_name}” is paused",
    text="The plan “{plan_name}” of {seller} is not renewed until you resume it.",
)
_RESUMED: Final = NoticeTemplate(
    subject="Your plan “{plan_name}” goes on",
    text="The plan “{plan_name}” of {seller} is renewed again.",
)
_ENDING: Final = NoticeTemplate(
    subject="Your plan “{plan_name}” ends",
    text="The plan “{plan_name}” of {seller} is not renewed. Its visits can be used until {period_end}.",
)
_ENDED: Final = NoticeTemplate(
    subject="Your plan “{plan_name}” has ended",
    text="The plan “{plan_name}” of {seller} has ended.",
)
_LAPSED: Final = NoticeTemplate(
    subject="Your plan “{plan_name}” has ended unpaid",
    text="The plan “{plan_name}” of {seller} has ended, because its next period was not paid.",
)
_OF_EVENTS: Final = {
    PlanStarted.topic: _STARTED,
    PlanRenewed.topic: _RENEWED,
    PlanPaused.topic: _PAUSED,
    PlanResumed.topic: _RESUMED,
    PlanEnding.topic: _ENDING,
}
_TEMPLATES: Final = {
    **_OF_EVENTS,
    "plan.charged_soon": _CHARGED_SOON,
    "plan.pay_soon": _PAY_SOON,
    "plan.declined": _DECLINED,
    "plan.authenticate": _AUTHENTICATE,
    "plan.unpaid": _REMINDER,
    "plan.ended": _ENDED,
    "plan.ended_unpaid": _LAPSED,
}


def _template(event: PlanChanged, plan: Plan) -> NoticeTemplate | None:
    if isinstance(event, PlanAnnounced):
        return _PAY_SOON if plan.method is None or event.by_customer else _CHARGED_SOON
    if isinstance(event, PlanUnpaid):
        if plan.method is None or event.by_customer:
            return _REMINDER
        return _AUTHENTICATE if event.authentication else _DECLINED
    if isinstance(event, PlanEnded):
        if not plan.period or plan.end_reason is PlanEnd.ACCOUNT_CLOSED:
            return None
        return _LAPSED if plan.end_reason is PlanEnd.UNPAID else _ENDED
    return _OF_EVENTS[event.topic]


async def _notices(event: PlanChanged, reads: Reads) -> AsyncIterator[Addressed]:
    plan = await reads.plans.get(event.plan_id)
    offer = None if plan is None else await reads.plans.offer(plan.offer_id)
    if plan is None or offer is None:
        return
    template = _template(event, plan)
    if template is None:
        return
    if isinstance(event, PlanAnnounced | PlanUnpaid):
        order = None if plan.order_id is None else await reads.orders.get(OrderId(plan.order_id))
        if order is None:
            return  # it is paid, or no longer waited for
        price = order.amount
    else:
        price = offer.price
    seller, _ = await seller_of(offer, reads)
    days = {
        "period_end": plan.ends_at,
        "due_day": plan.due_at,
        "given_up_day": plan.given_up_at,
    }
    notice = template.fill(
        plan_name=plan.name,
        seller=seller,
        visits=str(offer.visits),
        period_price=price,
        card="" if plan.method is None else plan.method.label,
        **{name: _day(at, offer) for name, at in days.items()},
    )
    yield Addressed(plan.customer_id, notice)


def _day(at: datetime | None, offer: PlanOffer) -> date | str:
    return at.astimezone(ZoneInfo(offer.time_zone)).date() if at is not None else ""


MESSAGES: Final = Messages(
    notices=(NoticesOf(dict.fromkeys(EVENTS, Told((Reader.CUSTOMER,))), _notices),),
    templates=_TEMPLATES,
    fields={
        "period_price": NoticeField("What a period of a plan costs.", sample_money(80_000)),
        "period_end": NoticeField("The day on which the period of a plan ends.", date(2026, 12, 24)),
        "due_day": NoticeField("The day on which the next period of a plan is due.", date(2026, 12, 24)),
        "given_up_day": NoticeField("The day on which a plan ends if it is not paid.", date(2026, 12, 31)),
        "card": NoticeField("The card to which a plan is charged.", "Visa 4242"),
    },
)
