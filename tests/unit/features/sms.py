"""Text messages: delivery reports, and the stored data."""

from dataclasses import replace
from typing import Final

from tests.unit.features.declarations import CANARY_DIGEST, PUBLIC, Feature, Row

from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    for user in (cast.customer, cast.owner):
        await tx.sms_messages.add(replace(make.sms(user), to_digest=CANARY_DIGEST + user.id.bytes))


FEATURE: Final = Feature(
    routes={
        "POST /webhooks/sms/twilio": Row(PUBLIC, by_secret=True),
        "GET /admin/text-messages": Row(Permission.SEE_MESSAGES),
        "GET /admin/text-messages/export": Row(Permission.SEE_MESSAGES),
        "GET /admin/text-messages/spending": Row(Permission.SEE_MESSAGES),
        "GET /admin/text-messages/spending/export": Row(Permission.SEE_MESSAGES),
    },
    personal_data=personal_data,
)
