"""Push subscriptions in memory."""

from collections.abc import Callable, Sequence
from datetime import datetime

from booking_domain.notifications.ports import PushSubscriptionReads, PushSubscriptions
from booking_domain.notifications.push import PushSubscription, PushSubscriptionId
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import SESSIONS, USERS
from booking_domain.testing.kit.tables import State
from booking_domain.testing.notifications.memory.tables import PUSH_SUBSCRIPTIONS


def _live(state: State, user_id: UserId, now: datetime) -> Sequence[PushSubscription]:
    user, found = state[USERS].get(user_id), []
    for each in state[PUSH_SUBSCRIPTIONS].values():
        session = state[SESSIONS].get(each.session_id)
        if each.user_id == user_id and user is not None and user.usable and session is not None and session.live(now):
            found.append(each)
    return sorted(found, key=lambda each: each.id)


class MemoryPushSubscriptions(PushSubscriptions):
    """The push subscriptions of one database transaction."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def live(self, user_id: UserId, now: datetime) -> Sequence[PushSubscription]:
        return _live(self._state, user_id, now)

    async def add(self, subscription: PushSubscription) -> None:
        self._state.require(SESSIONS, subscription.session_id)
        rows = self._state[PUSH_SUBSCRIPTIONS]
        for key in [key for key, each in rows.items() if each.endpoint == subscription.endpoint]:
            del rows[key]
        rows[subscription.id] = subscription

    async def remove(self, subscription_id: PushSubscriptionId) -> None:
        self._state[PUSH_SUBSCRIPTIONS].pop(subscription_id, None)


class MemoryPushSubscriptionReads(PushSubscriptionReads):
    """Committed push subscriptions."""

    def __init__(self, committed: Callable[[], State]) -> None:
        self._committed = committed

    async def live(self, user_id: UserId, now: datetime) -> Sequence[PushSubscription]:
        return _live(self._committed(), user_id, now)
