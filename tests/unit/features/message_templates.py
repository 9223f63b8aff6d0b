"""The templates of messages, for admins."""

from typing import Final

from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import Feature, Ids, Kind, Request, Row, World

from booking_domain.shared.permissions import Permission


async def template(_: World, __: str) -> Ids:
    return {"template_key": "waitlist.offered"}


async def text(_: World, __: str) -> Ids:
    return {"template_key": "waitlist.offered", "language": "mn"}


async def new_test(api: Api) -> Request:
    return await api.an_admin(), "/admin/message-templates/waitlist.offered/mn/test", {}


_EDIT: Final = Permission.EDIT_MESSAGE_TEMPLATES
_TEXT: Final = "/admin/message-templates/{template_key}/{language}"
TEXT: Final = Kind(text, ("admin",))
TEMPLATE: Final = Kind(template, ("admin",))
FEATURE: Final = Feature(
    routes={
        "GET /admin/message-templates": Row(Permission.SEE_MESSAGE_TEMPLATES),
        "GET /admin/message-templates/{template_key}": Row(Permission.SEE_MESSAGE_TEMPLATES, TEMPLATE),
        f"PUT {_TEXT}": Row(_EDIT, TEXT, unversioned="a text; the last one stays"),
        f"DELETE {_TEXT}": Row(_EDIT, TEXT),
        f"POST {_TEXT}/preview": Row(_EDIT, TEXT),
        f"POST {_TEXT}/test": Row(_EDIT, TEXT, once=new_test),
    },
    permissions="""
        message_template.see   admin:any
        message_template.edit  admin:any
    """,
    events={"message_template.tested": {"userId", "templateKey", "language"}},
)
