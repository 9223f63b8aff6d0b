"""The card to which a plan is charged: another is entered in a form of the gateway, and it is forgotten in the end."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from booking_domain.payments.errors import GatewayUnavailable
from booking_domain.payments.gateways import Gateways
from booking_domain.payments.ports import MethodForm
from booking_domain.plans.model import Plan, PlanKeepsNoMethod, PlanMethodNotEntered, PlanNotFound
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.errors import NotPermitted, required
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import PlanId
from booking_domain.shared.kept_methods import KeptMethod
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.processes import Process
from booking_domain.use_cases.platform.ports import Reads, Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    plan_id: PlanId
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keep:
    plan_id: PlanId
    method: KeptMethod
    instead_of: KeptMethod


async def _open_form(
    plan_id: PlanId, *, actor: Actor, reads: Reads, executor: Executor[Repositories], gateways: Gateways
) -> MethodForm:
    """A form in which the customer of a plan enters another card; an earlier one is no longer read."""
    plan, method = await _own(plan_id, actor, reads)
    form = await gateways.named(plan.gateway).open_method_form(method.payer)
    await executor.run(_record_form, _Open(plan_id=plan_id, form=form.reference), actor=actor)
    return form


async def _use_entered(
    plan_id: PlanId, *, actor: Actor, reads: Reads, executor: Executor[Repositories], gateways: Gateways
) -> Plan:
    """Charge the plan to the card that was entered in its form from now on."""
    plan, former = await _own(plan_id, actor, reads)
    gateway = gateways.named(plan.gateway)
    entered = None if plan.method_form is None else await gateway.entered_method(plan.method_form)
    command = _Keep(plan_id=plan_id, method=required(entered, PlanMethodNotEntered), instead_of=former)
    after = await executor.run(_record_method, command, actor=actor)
    with suppress(GatewayUnavailable):  # then the gateway keeps it, and nobody charges it
        await gateway.forget_method(former)
    return after


async def _forget(plan_id: PlanId, *, reads: Reads, executor: Executor[Repositories], gateways: Gateways) -> None:
    """Have the gateway forget the card of a plan that has ended."""
    plan = await reads.plans.get(plan_id)
    if plan is None or plan.live or plan.method is None:
        return
    await gateways.named(plan.gateway).forget_method(plan.method)
    await executor.run(_record_forgotten, plan_id, actor=SYSTEM)


async def _own(plan_id: PlanId, actor: Actor, reads: Reads) -> tuple[Plan, KeptMethod]:
    authorise(actor, Permission.HOLD_PLANS)
    plan = await reads.plans.get(plan_id)
    if plan is None or plan.customer_id != actor.id:
        raise PlanNotFound
    return plan, required(plan.method if plan.live else None, PlanKeepsNoMethod)


async def _open(command: _Open, tx: Repositories, _: UseCaseContext) -> Plan:
    plan = required(await tx.plans.lock(command.plan_id), PlanNotFound)
    after = plan.open_form(command.form)
    await tx.plans.save(after, was=plan)
    return after


async def _keep(command: _Keep, tx: Repositories, context: UseCaseContext) -> Plan:
    plan = required(await tx.plans.lock(command.plan_id), PlanNotFound)
    if not plan.live or plan.method != command.instead_of:
        raise PlanKeepsNoMethod
    after = plan.keep(command.method, context.now)
    await tx.plans.save(after, was=plan)
    return after


async def _forgotten(plan_id: PlanId, tx: Repositories, context: UseCaseContext) -> None:
    plan = required(await tx.plans.lock(plan_id), PlanNotFound)
    if not plan.live and plan.method is not None:
        await tx.plans.save(plan.keep(None, context.now), was=plan)


def _subject(_: object, plan: Plan) -> Subject:
    return Subject("plan", plan.id)


_record_form: Final = UseCase(
    Permission.HOLD_PLANS, _open, _subject, audited_as="plan.method_form_opened", raises=(PlanNotFound,)
)
_record_method: Final = UseCase(
    Permission.HOLD_PLANS, _keep, _subject, audited_as="plan.method_changed", raises=(PlanNotFound, PlanKeepsNoMethod)
)
_record_forgotten: Final = UseCase(Permission.RUN_PLATFORM, _forgotten, raises=(PlanNotFound,))
_RAISES: Final = (NotPermitted, PlanNotFound, PlanKeepsNoMethod, GatewayUnavailable)
open_method_form: Final = Process(_open_form, _RAISES)
use_entered_method: Final = Process(_use_entered, (*_RAISES, PlanMethodNotEntered))
forget_method: Final = Process(_forget, (GatewayUnavailable,))
