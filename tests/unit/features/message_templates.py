"""The templates of messages, for admins."""

from typing import Final

from tests.unit.features.declarations import Feature, Ids, Kind, Row, World

from booking_domain.shared.permissions import Permission


async def template(_: World, __: str) -> Ids:
    return {"template_key": "waitlist.offered"}


TEMPLATE: Final = Kind(template, ("admin",))
FEATURE: Final = Feature(
    routes={
        "GET /admin/message-templates": Row(Permission.SEE_MESSAGE_TEMPLATES),
        "GET /admin/message-templates/{template_key}": Row(Permission.SEE_MESSAGE_TEMPLATES, TEMPLATE),
    },
    permissions="""
        message_template.see  admin:any
    """,
)
