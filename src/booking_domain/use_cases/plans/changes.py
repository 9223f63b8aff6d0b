"""Customers pause, resume and end their plans; sellers and admins end them, and the platform if an account closes."""

from typing import Final

from booking_domain.plans.events import PlanPaused, PlanResumed
from booking_domain.plans.model import (
    InvalidPlanTransition,
    Plan,
    PlanEnd,
    PlanNotFound,
    PlanParty,
)
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import required
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import PlanId
from booking_domain.shared.permissions import Permission, may
from booking_domain.use_cases.plans.steps import locked, store, tell
from booking_domain.use_cases.platform.issuers import known_relation_to
from booking_domain.use_cases.platform.ports import Repositories


async def _pause(plan_id: PlanId, tx: Repositories, context: UseCaseContext) -> Plan:
    """Renew it no longer; the visits that are paid can be used."""
    plan, order = await locked(plan_id, tx)
    _require_own(plan, context)
    after = await store(plan.pause(), plan, order, tx, context)
    await tell(PlanPaused, after, tx, context)
    return after


async def _resume(plan_id: PlanId, tx: Repositories, context: UseCaseContext) -> Plan:
    """Renew one that is paused or ending again."""
    plan, order = await locked(plan_id, tx)
    _require_own(plan, context)
    after = await store(plan.resume(context.now), plan, order, tx, context)
    await tell(PlanResumed, after, tx, context)
    return after


async def _cancel(plan_id: PlanId, tx: Repositories, context: UseCaseContext) -> Plan:
    """End it with the period that is paid."""
    plan, order = await locked(plan_id, tx)
    by, why = PlanParty.CUSTOMER, PlanEnd.CANCELLED
    if plan.customer_id != context.actor.id:
        if not may(context.actor, Permission.SELL_PLANS, await known_relation_to(plan, tx, context)):
            raise PlanNotFound
        by, why = PlanParty.SELLER, PlanEnd.BY_SELLER
    return await store(plan.cancel(by, why, context.now), plan, order, tx, context)


async def _close(plan_id: PlanId, tx: Repositories, context: UseCaseContext) -> None:
    """End a plan of an account that is deleted."""
    plan, order = await locked(plan_id, tx)
    if plan.live:
        await store(plan.finish(PlanParty.PLATFORM, PlanEnd.ACCOUNT_CLOSED), plan, order, tx, context)


def _require_own(plan: Plan, context: UseCaseContext) -> None:
    required(plan if plan.customer_id == context.actor.id else None, PlanNotFound)


def _subject(_: object, plan: Plan) -> Subject:
    return Subject("plan", plan.id)


_RAISES: Final = (PlanNotFound, InvalidPlanTransition)
pause_plan: Final = UseCase(Permission.HOLD_PLANS, _pause, _subject, audited_as="plan.paused", raises=_RAISES)
resume_plan: Final = UseCase(Permission.HOLD_PLANS, _resume, _subject, audited_as="plan.resumed", raises=_RAISES)
cancel_plan: Final = UseCase(Permission.END_PLANS, _cancel, _subject, audited_as="plan.cancelled", raises=_RAISES)
close_plan: Final = UseCase(Permission.RUN_PLATFORM, _close, raises=(PlanNotFound,))
