"""`/uploads`: announce, complete, list and delete files; `/admin/files`: delete any."""

from typing import Final

from litestar import Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody

from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import FileId
from booking_domain.use_cases.files import commands as files
from booking_domain.use_cases.files import pictures
from booking_domain.use_cases.files.commands import FileChecks
from booking_domain.use_cases.platform.ports import Reads, Repositories
from entrypoints.http.files.schemas import (
    ANNOUNCE,
    FILES,
    AnnounceBody,
    FileJson,
    FilesJson,
    UploadJson,
    file_json,
    upload_json,
)
from entrypoints.http.kit.cursors import PageQuery
from entrypoints.http.kit.documentation import about, documented
from entrypoints.http.kit.exporting import exporting
from entrypoints.http.kit.idempotency import IdempotentRunner
from entrypoints.http.kit.identities import Caller, Run
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.rate_limits import UPLOADS, limited_as
from entrypoints.http.kit.turns import TURN_ERRORS, Turns


@post("/uploads/presign", opt=limited_as(UPLOADS) | documented(files.announce_upload, body=ANNOUNCE))
async def presign_upload(
    data: JSONBody[AnnounceBody], runner: Injected[IdempotentRunner], object_storage: Injected[ObjectLinks]
) -> Response[UploadJson]:
    """Announce a file, and get a URL to which to upload it within ten minutes.

    Images are JPEG, PNG, WebP or GIF of at most 15 MB; documents are PDF of at most 10 MB. The folder says what the
    file is for. After the upload, call `POST /uploads/{fileId}/complete`.
    """
    return await runner.created(
        files.announce_upload, data.command(), answer=lambda file: upload_json(file, object_storage)
    )


@post(
    "/uploads/{file_id:str}/complete",
    status_code=200,
    opt=limited_as(UPLOADS) | documented(files.complete_upload, raises=TURN_ERRORS),
)
async def complete_upload(
    file_id: FromPath[FileId],
    *,
    actor: Injected[Actor],
    executor: Injected[Executor[Repositories]],
    file_checks: Injected[FileChecks],
    object_storage: Injected[ObjectLinks],
    upload_turns: Injected[Turns],
    caller: Injected[Caller],
    runner: Injected[IdempotentRunner],
) -> Response[FileJson]:
    """Check an uploaded file.

    Type, size and content must be as announced. An image is re-encoded in two sizes: upright, without metadata such as
    the place where it was taken. Of an animation, one frame is kept. A file that nothing uses within a day is deleted.
    Repeating the request returns the same answer.
    """

    async def completed() -> FileJson:
        async with upload_turns.turn(caller):
            file = await files.complete_upload(file_id, actor=actor, executor=executor, checks=file_checks)
        return file_json(file, object_storage)

    return await runner.repeatable(files.complete_upload, answer=completed, status=200)


@get("/uploads", opt=documented(files.list_files))
async def list_uploads(
    params: Injected[PageQuery],
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
) -> FilesJson:
    """List your files, oldest first. URLs of private files are valid for five minutes."""
    found = await files.list_files(actor, params.after(FileId), params.limit + 1, reads.files)
    return FilesJson.of(found, params.limit, lambda file: file_json(file, object_storage), lambda file: file.id)


@get("/uploads/{file_id:str}", opt=documented(files.get_file))
async def get_upload(
    file_id: FromPath[FileId],
    actor: Injected[Actor],
    reads: Injected[Reads],
    object_storage: Injected[ObjectLinks],
) -> FileJson:
    """Return one of your files. URLs of a private file are valid for five minutes."""
    return file_json(await files.get_file(actor, file_id, reads.files), object_storage)


@delete("/uploads/{file_id:str}", opt=documented(files.delete_own_file))
async def delete_upload(file_id: FromPath[FileId], run: Injected[Run]) -> None:
    """Delete one of your files that is not in use. To delete one that is, change or delete what uses it."""
    await run(files.delete_own_file, file_id)


@delete("/admin/files/{file_id:str}", opt=documented(pictures.delete_file))
async def delete_any_file(file_id: FromPath[FileId], run: Injected[Run]) -> None:
    """Delete any file, even one in use; for admins. Its objects are deleted within minutes."""
    await run(pictures.delete_file, file_id)


routes: Final = Router(
    "/",
    route_handlers=[presign_upload, complete_upload, list_uploads, get_upload, delete_upload, delete_any_file],
    opt=about("uploads", "Files that the caller uploads.") | exporting(FILES),
)
