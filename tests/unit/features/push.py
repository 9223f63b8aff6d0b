"""Push subscriptions: the devices that show a person's notifications."""

from dataclasses import replace
from typing import Any, Final

from hypothesis import strategies as st
from tests.unit.features.declarations import CANARY, PUBLIC, Feature, Ids, Kind, Row, World

from booking_domain.notifications.push import PushSubscription
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.testing.notifications.contracts.push import DEVICE_KEY, DEVICE_SECRET, a_push_subscription
from booking_domain.use_cases.platform.ports import Repositories


def device(number: int = 1, host: str = "updates.push.services.mozilla.com") -> dict[str, Any]:
    """What a browser sends of its subscription."""
    keys = {"p256dh": DEVICE_KEY, "auth": DEVICE_SECRET}
    return {"endpoint": f"https://{host}/wpush/v2/{number}", "expirationTime": None, "keys": keys}


async def subscribed(world: World, who: str) -> Ids:
    made = await world.done("POST", "/push/subscriptions", who, **device(len(world.tokens)))
    return {"subscription_id": made["id"]}


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A device of each."""
    for user in (cast.customer, cast.owner):
        session = make.session(user)
        await tx.sessions.add(session)
        made = a_push_subscription(make, session, endpoint=f"https://push.example/{CANARY}/{user.id}")
        await tx.push_subscriptions.add(replace(made, user_agent=f"{CANARY} of a browser"))


PUSH: Final = Permission.MANAGE_PUSH

FEATURE: Final = Feature(
    routes={
        "GET /push/public-key": Row(PUBLIC),
        "GET /push/subscriptions": Row(PUSH),
        "POST /push/subscriptions": Row(PUSH),
        "DELETE /push/subscriptions/{subscription_id}": Row(
            PUSH, Kind(subscribed, removed_by="/push/subscriptions/{subscription_id}")
        ),
    },
    permissions="""
        push.manage          customer:own provider:own manager:own admin:own
    """,
    samples={
        (PushSubscription, "public_key"): st.just(DEVICE_KEY),
        (PushSubscription, "auth_secret"): st.just(DEVICE_SECRET),
    },
    personal_data=personal_data,
)
