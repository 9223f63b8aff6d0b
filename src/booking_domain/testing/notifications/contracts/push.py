"""The contract of `PushSubscriptions` and `PushSubscriptionReads`."""

from dataclasses import replace
from datetime import timedelta

from booking_domain.identity.model import UserStatus
from booking_domain.identity.sessions import Session
from booking_domain.notifications.push import PushSubscription, PushSubscriptionId
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import StorageContract, jumbled

DEVICE_KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
"""The receiver's key of the example in RFC 8291."""
DEVICE_SECRET = "BTBZMqHH6r4Tts7J_aSIgg"


def a_push_subscription(
    make: Builder, session: Session, *, endpoint: str = "https://push.example/1"
) -> PushSubscription:
    """Return the subscription of a session's device."""
    return PushSubscription(
        id=PushSubscriptionId(make.entropy.new_id()),
        user_id=session.user_id,
        session_id=session.id,
        endpoint=endpoint,
        public_key=DEVICE_KEY,
        auth_secret=DEVICE_SECRET,
        user_agent="Mozilla/5.0 Ж",
        created_at=NOW,
    )


class PushSubscriptionsContract(StorageContract):
    """The devices that show a user's notifications."""

    async def test_a_subscription_lives_as_long_as_its_session_and_account(self) -> None:
        user, session = await self.signed_in()
        another = self.make.session(user)
        first, second = (
            a_push_subscription(self.make, each, endpoint=f"https://push.example/{number}")
            for number, each in enumerate((session, another))
        )
        async with self.begin() as tx:
            await tx.sessions.add(another)
            for each in jumbled(first, second):
                await tx.push_subscriptions.add(each)
            assert list(await tx.push_subscriptions.live(user.id, NOW)) == [first, second]
        reads = self.reads.push_subscriptions
        assert list(await reads.live(user.id, NOW)) == [first, second]
        assert list(await reads.live(user.id, session.expires_at)) == []
        await self.alone.sessions.save(session.ended(NOW + timedelta(minutes=1)))
        assert list(await reads.live(user.id, NOW)) == [second]
        await self.alone.users.save(replace(user, status=UserStatus.DISABLED))
        assert list(await reads.live(user.id, NOW)) == []

    async def test_an_endpoint_belongs_to_who_subscribed_it_last(self) -> None:
        (user, session), (other, others) = [await self.signed_in() for _ in range(2)]
        former, latter = a_push_subscription(self.make, session), a_push_subscription(self.make, others)
        await self.alone.push_subscriptions.add(former)
        await self.alone.push_subscriptions.add(latter)
        reads = self.reads.push_subscriptions
        assert [list(await reads.live(each.id, NOW)) for each in (user, other)] == [[], [latter]]
        async with self.begin() as tx:
            await tx.push_subscriptions.remove(latter.id)
            await tx.push_subscriptions.remove(latter.id)
        assert list(await reads.live(other.id, NOW)) == []
