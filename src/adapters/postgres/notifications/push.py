"""Push subscriptions on PostgreSQL."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, literal_column, select

from adapters.postgres.identity.tables import sessions, users
from adapters.postgres.kit.codec import Encrypted, Mapper
from adapters.postgres.kit.encryption import WithCipher
from adapters.postgres.kit.statements import Statement
from adapters.postgres.notifications.tables import push_subscriptions
from booking_domain.identity.model import UserStatus
from booking_domain.notifications.ports import PushSubscriptionReads, PushSubscriptions
from booking_domain.notifications.push import PushSubscription, PushSubscriptionId
from booking_domain.shared.ids import UserId

PUSH_SUBSCRIPTION: Final = Mapper(
    push_subscriptions,
    PushSubscription,
    endpoint=Encrypted("endpoint_sealed"),
    public_key=Encrypted("public_key_sealed"),
    auth_secret=Encrypted("auth_secret_sealed"),
    changes=(),
)
_p: Final = push_subscriptions.c
_ADD: Final = PUSH_SUBSCRIPTION.insert()
_REMOVE: Final = Statement(delete(push_subscriptions).where(_p.id == bindparam("subscription_id")))
_REMOVE_FORMER: Final = Statement(delete(push_subscriptions).where(_p.endpoint_index == bindparam("endpoint_index")))
_LIVE: Final = Statement(
    select(*PUSH_SUBSCRIPTION.columns)
    .join(sessions, sessions.c.id == _p.session_id)
    .join(users, users.c.id == _p.user_id)
    .where(
        _p.user_id == bindparam("of_user"),
        sessions.c.ended_at.is_(None),
        sessions.c.expires_at > bindparam("now"),
        users.c.status.in_([literal_column(f"'{each.value}'") for each in (UserStatus.ACTIVE, UserStatus.PENDING)]),
    )
    .order_by(_p.id)
)


class PostgresPushSubscriptionReads(WithCipher, PushSubscriptionReads):
    """`PushSubscriptionReads` of the table `push_subscriptions`."""

    async def live(self, user_id: UserId, now: datetime) -> list[PushSubscription]:
        return await self._work.each(PUSH_SUBSCRIPTION.reader(self._cipher), _LIVE, of_user=user_id, now=now)


class PostgresPushSubscriptions(PostgresPushSubscriptionReads, PushSubscriptions):
    """`PushSubscriptions` in the table `push_subscriptions`."""

    async def add(self, subscription: PushSubscription) -> None:
        written = PUSH_SUBSCRIPTION.write(subscription, self._cipher)
        await self._work.execute(_REMOVE_FORMER, endpoint_index=written["endpoint_index"])
        await self._work.execute(_ADD, **written)

    async def remove(self, subscription_id: PushSubscriptionId) -> None:
        await self._work.execute(_REMOVE, subscription_id=subscription_id)
