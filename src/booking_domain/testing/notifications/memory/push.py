"""Push subscriptions in memory."""

from collections.abc import Sequence
from datetime import datetime

from booking_domain.notifications.ports import PushSubscriptionReads, PushSubscriptions
from booking_domain.notifications.push import PushSubscription, PushSubscriptionId
from booking_domain.shared.ids import UserId
from booking_domain.testing.identity.memory.tables import SESSIONS, USERS
from booking_domain.testing.kit.tables import InMemory, Repository, State
from booking_domain.testing.notifications.memory.tables import PUSH_SUBSCRIPTIONS


def _live(state: State, user_id: UserId, now: datetime) -> Sequence[PushSubscription]:
    user, found = state[USERS].get(user_id), []
    for each in state[PUSH_SUBSCRIPTIONS].values():
        session = state[SESSIONS].get(each.session_id)
        if each.user_id == user_id and user is not None and user.usable and session is not None and session.live(now):
            found.append(each)
    return sorted(found, key=lambda each: each.id)


class MemoryPushSubscriptions(Repository[PushSubscriptionId, PushSubscription], PushSubscriptions):
    """The push subscriptions of one database transaction."""

    table = PUSH_SUBSCRIPTIONS

    async def live(self, user_id: UserId, now: datetime) -> Sequence[PushSubscription]:
        return _live(self._state, user_id, now)

    async def add(self, subscription: PushSubscription) -> None:
        self._rows.delete(lambda each: each.endpoint == subscription.endpoint)
        await super().add(subscription)


class MemoryPushSubscriptionReads(InMemory, PushSubscriptionReads):
    """Committed push subscriptions."""

    async def live(self, user_id: UserId, now: datetime) -> Sequence[PushSubscription]:
        return _live(self._state, user_id, now)
