"""The devices that show a user's notifications: subscribe, list, unsubscribe."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from booking_domain.identity.errors import InvalidToken
from booking_domain.notifications.push import (
    MOST_SUBSCRIPTIONS,
    PushOff,
    PushRules,
    PushSubscription,
    PushSubscriptionId,
    PushSubscriptionNotFound,
    checked_endpoint,
)
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import SessionId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.platform.ports import Repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribeToPush:
    """Show the actor's notifications on a device, until the session ends.

    - An account has at most `MOST_SUBSCRIPTIONS`: the oldest one gives way.
    - A device shows the notifications of one account: of the one that subscribed it last.
    """

    current: SessionId
    endpoint: str = field(repr=False)
    public_key: str = field(repr=False)
    auth_secret: str = field(repr=False)
    user_agent: str = ""


async def _subscribe(command: SubscribeToPush, tx: Repositories, context: UseCaseContext) -> PushSubscription:
    rules = context.get(PushRules)
    if not rules.public_key:
        raise PushOff
    subscription = PushSubscription(
        id=PushSubscriptionId(context.entropy.new_id()),
        user_id=context.actor.id,
        session_id=command.current,
        endpoint=checked_endpoint(command.endpoint, rules),
        public_key=command.public_key,
        auth_secret=command.auth_secret,
        user_agent=command.user_agent,
        created_at=context.now,
    )
    await tx.users.lock(context.actor.id)
    session = await tx.sessions.lock(command.current)
    if session is None or session.user_id != context.actor.id or not session.live(context.now):
        raise InvalidToken
    others = await tx.push_subscriptions.live(context.actor.id, context.now)
    others = [each for each in others if each.endpoint != subscription.endpoint]
    for oldest in others[: max(0, len(others) - MOST_SUBSCRIPTIONS + 1)]:
        await tx.push_subscriptions.remove(oldest.id)
    await tx.push_subscriptions.add(subscription)
    return subscription


async def _list(_: None, tx: Repositories, context: UseCaseContext) -> Sequence[PushSubscription]:
    return await tx.push_subscriptions.live(context.actor.id, context.now)


async def _unsubscribe(subscription_id: PushSubscriptionId, tx: Repositories, context: UseCaseContext) -> None:
    own = await tx.push_subscriptions.live(context.actor.id, context.now)
    if all(each.id != subscription_id for each in own):
        raise PushSubscriptionNotFound
    await tx.push_subscriptions.remove(subscription_id)


async def _forget(subscription_id: PushSubscriptionId, tx: Repositories, _: UseCaseContext) -> None:
    await tx.push_subscriptions.remove(subscription_id)


subscribe_to_push: Final = UseCase(Permission.MANAGE_PUSH, _subscribe, raises=(InvalidToken, InvalidValue, PushOff))
list_push_subscriptions: Final = UseCase(Permission.MANAGE_PUSH, _list)
unsubscribe_from_push: Final = UseCase(Permission.MANAGE_PUSH, _unsubscribe, raises=(PushSubscriptionNotFound,))
forget_push_subscription: Final = UseCase(Permission.RUN_PLATFORM, _forget)
