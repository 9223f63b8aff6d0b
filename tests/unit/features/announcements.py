"""Announcements of the platform."""

from typing import Any, Final

from hypothesis import strategies as st
from tests.unit.entrypoints.api import Api
from tests.unit.features.declarations import PUBLIC, Edit, Feature, Ids, Kind, Request, Row, World

from booking_domain.announcements.model import Announcement, AnnouncementText
from booking_domain.shared.permissions import Permission
from booking_domain.testing.announcements.contracts import an_announcement
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

TEXT: Final = {"language": "en", "title": "Maintenance", "text": "We are back at noon."}
_PATH: Final = "/admin/announcements"


async def announcement(world: World, _: str) -> Ids:
    made: dict[str, Any] = await world.done("POST", _PATH, "admin", texts=[TEXT])
    return {"announcement_id": made["id"]}


async def new_announcement(api: Api) -> Request:
    return await api.an_admin(), _PATH, {"texts": [TEXT], "audience": "providers"}


async def edit(api: Api) -> Edit:
    admin, path, body = await new_announcement(api)
    path = f"{path}/{(await api.post(path, admin, json=body)).json()['id']}"
    return Edit(admin, path, {"level": "critical"}, path, admin, cached=False)


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """An announcement that both have dismissed."""
    made = an_announcement(make)
    await tx.announcements.add(made)
    for user in (cast.customer, cast.owner):
        await tx.announcements.dismiss(made.id, user.id, NOW)


_MANAGE: Final = Permission.MANAGE_ANNOUNCEMENTS
_DISMISS: Final = Permission.DISMISS_ANNOUNCEMENTS
ANNOUNCEMENT: Final = Kind(announcement, ("admin",))
_SAYS: Final = st.builds(
    AnnouncementText, language=st.just("mn"), title=st.just("Засвар"), text=st.sampled_from(["Үд хүртэл", "until noon"])
)

FEATURE: Final = Feature(
    routes={
        "GET /announcements": Row(PUBLIC),
        "PUT /announcements/{announcement_id}/dismissal": Row(
            _DISMISS, Kind(announcement), unversioned="a mark of the caller; a repetition has no effect"
        ),
        "DELETE /announcements/{announcement_id}/dismissal": Row(_DISMISS, Kind(announcement)),
        f"GET {_PATH}": Row(_MANAGE),
        f"POST {_PATH}": Row(_MANAGE, once=new_announcement),
        f"GET {_PATH}/{{announcement_id}}": Row(_MANAGE, ANNOUNCEMENT),
        f"PATCH {_PATH}/{{announcement_id}}": Row(_MANAGE, ANNOUNCEMENT, edit=edit),
        f"DELETE {_PATH}/{{announcement_id}}": Row(_MANAGE, ANNOUNCEMENT),
    },
    permissions="""
        announcement.manage   admin:any
        announcement.dismiss  customer:any provider:any manager:any admin:any
    """,
    events={f"announcement.{past}": {"announcementId", "audience"} for past in ("published", "changed", "withdrawn")},
    samples={
        (Announcement, "texts"): st.tuples(_SAYS),
        (Announcement, "ends_at"): st.none(),
    },
    personal_data=personal_data,
)
