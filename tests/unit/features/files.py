"""Uploaded files."""

from typing import Any, Final

from tests.unit.entrypoints.api import PICTURE, Api
from tests.unit.features.declarations import CANARY, SIGNED_IN, Feature, Ids, Kind, Request, Row, World, asked

from booking_domain.files.model import File, Folder, UploadLimits
from booking_domain.shared.ids import FileId
from booking_domain.shared.permissions import Permission
from booking_domain.testing.builders import NOW, Builder
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

WISH: Final[dict[str, Any]] = {
    "filename": "1.png",
    "contentType": "image/png",
    "size": len(PICTURE),
    "folder": "avatars",
}


async def file(world: World, who: str) -> Ids:
    """A file of theirs that is ready."""
    token = await world.token(who)
    assert token is not None
    return {"file_id": await world.api.uploaded(token, "avatars")}


async def sent(world: World, who: str) -> Ids:
    """An uploaded file that is not checked."""
    token = await world.token(who)
    assert token is not None
    made = await world.api.announced(token, "avatars")
    world.api.objects.request("PUT", made["uploadUrl"], made["headers"], made["content"])
    return {"file_id": made["fileId"]}


async def new_upload(api: Api) -> Request:
    return await api.joined("customer"), "/uploads/presign", WISH


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A file of each."""
    for user in (cast.customer, cast.owner):
        announced = File.request(
            id=FileId(make.entropy.new_id()),
            account_id=user.id,
            folder=Folder.AVATARS,
            filename=f"{CANARY}.png",
            content_type="image/png",
            size=1,
            limits=UploadLimits(),
            now=NOW,
        )
        await tx.files.add(announced)


FILE: Final = Kind(file, removed_by="/uploads/{file_id}")

FEATURE: Final = Feature(
    routes={
        "POST /uploads/presign": Row(Permission.UPLOAD_FILES, once=new_upload),
        "POST /uploads/{file_id}/complete": Row(
            Permission.UPLOAD_FILES, FILE, once=asked("customer", "/uploads/{file_id}/complete", sent)
        ),
        "GET /uploads": Row(SIGNED_IN),
        "GET /uploads/{file_id}": Row(Permission.UPLOAD_FILES, FILE),
        "DELETE /uploads/{file_id}": Row(Permission.UPLOAD_FILES, FILE),
        "DELETE /admin/files/{file_id}": Row(Permission.MODERATE_FILES, FILE),
    },
    permissions="""
        file.upload          customer:own provider:own manager:own admin:own
        file.moderate        admin:any
    """,
    personal_data=personal_data,
)
