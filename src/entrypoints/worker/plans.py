"""Plans in the worker: renewed when they are due, ended with their customer's account, their cards forgotten."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from booking_domain.identity.events import AccountDeleted
from booking_domain.plans.events import PlanEnded, PlanResumed
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import PlanId, UserId
from booking_domain.use_cases.orders.renewals import renew_plan
from booking_domain.use_cases.plans.changes import close_plan
from booking_domain.use_cases.plans.methods import forget_method
from entrypoints.container import Container
from entrypoints.worker.declarations import Enqueue, Job, JobRequest, Subscription, Sweep, WorkerContext

_PER_SWEEP: Final = 200


async def _renew(container: Container, *, plan_id: str) -> None:
    """Do what is due about a plan."""
    await renew_plan(
        PlanId(UUID(plan_id)),
        reads=container.reads(),
        executor=container.executor(),
        gateways=container.gateways(),
    )


async def _forget(container: Container, *, plan_id: str) -> None:
    """Have the gateway forget the card of a plan that has ended."""
    await forget_method(
        PlanId(UUID(plan_id)),
        reads=container.reads(),
        executor=container.executor(),
        gateways=container.gateways(),
    )


async def _close(container: Container, *, user_id: str) -> None:
    """End the plans of a deleted account."""
    for plan_id in await container.reads().plans.live_of(UserId(UUID(user_id))):
        await container.executor().run(close_plan, plan_id, actor=SYSTEM)


RENEW: Final = Job(name="renew_plan", run=_renew)
FORGET: Final = Job(name="forget_plan_card", run=_forget)
CLOSE: Final = Job(name="close_plans", run=_close)


async def _sweep(container: Container, enqueue: Enqueue) -> None:
    for plan_id in await container.reads().plans.due(container.clock().now(), _PER_SWEEP):
        await enqueue(_renewal(plan_id))


def _renewal(plan_id: PlanId) -> JobRequest:
    return RENEW.request(lock=f"plan {plan_id}", once=f"renew plan {plan_id}", plan_id=str(plan_id))


def _renew_resumed(event: PlanResumed) -> Iterator[JobRequest]:
    yield _renewal(event.plan_id)


def _forget_ended(event: PlanEnded) -> Iterator[JobRequest]:
    yield FORGET.request(plan_id=str(event.plan_id))


def _close_deleted(event: AccountDeleted) -> Iterator[JobRequest]:
    yield CLOSE.request(user_id=str(event.user_id))


CONTEXT: Final = WorkerContext(
    jobs=(RENEW, FORGET, CLOSE),
    subscriptions=(
        Subscription((PlanResumed,), _renew_resumed),
        Subscription((PlanEnded,), _forget_ended),
        Subscription((AccountDeleted,), _close_deleted),
    ),
    sweeps=(Sweep("plans", _sweep),),
)
