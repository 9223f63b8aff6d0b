"""Files: announce an upload, check what was uploaded, attach and delete files, sweep objects.

No storage is called inside a database transaction. What the storage holds of a file follows from its row: a row is
added before its first object can arrive, and removed after its last object is deleted. So each step may be the last
before a crash: the check is made again, and the sweep deletes what is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from booking_domain.files.model import (
    FOLDERS,
    IMAGE_TYPE,
    MEGABYTE,
    CheckRunning,
    Content,
    File,
    FileInUse,
    FileNotFound,
    FileNotReady,
    FileOwner,
    FileParty,
    FileRejected,
    FileStatus,
    FileStorageUnavailable,
    Folder,
    ImageSize,
    NotUploaded,
    QuotaExceeded,
    Rejection,
    TooManyFiles,
    TooManyUploads,
    UploadLimits,
    WrongFolder,
)
from booking_domain.files.ports import FileReads, ImageEncoder, MalwareScanner, ObjectStorage, Unacceptable, is_document
from booking_domain.shared.actor import SYSTEM, Actor
from booking_domain.shared.audit import Subject
from booking_domain.shared.clock import Clock
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import FieldPath, InvalidValue, NotPermitted, about, required
from booking_domain.shared.executor import Executor, UseCase, UseCaseContext
from booking_domain.shared.ids import FileId, UserId
from booking_domain.shared.permissions import Permission, authorise
from booking_domain.shared.processes import Process
from booking_domain.shared.queries import Query
from booking_domain.use_cases.platform.ports import Repositories

_SWEPT_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class AnnounceUpload:
    """Announce the upload of a file of exactly this type and size.

    - An account has a quota of bytes and of unfinished uploads; what is announced counts.
    """

    folder: Folder
    filename: str
    content_type: str
    size: int


async def _announce(command: AnnounceUpload, tx: Repositories, context: UseCaseContext) -> File:
    await tx.users.lock(context.actor.id)  # so that concurrent uploads count
    limits, usage = context.configured(UploadLimits), await tx.files.usage(context.actor.id)
    file = File.request(
        id=FileId(context.entropy.new_id()),
        account_id=context.actor.id,
        folder=command.folder,
        filename=command.filename,
        content_type=command.content_type,
        size=command.size,
        now=context.now,
        limits=limits,
    )
    if usage.bytes + file.size > limits.bytes:
        raise QuotaExceeded(megabytes=limits.bytes // MEGABYTE)
    if usage.unfinished >= limits.unfinished:
        raise TooManyUploads(most=limits.unfinished)
    await tx.files.add(file)
    return file


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChecks:
    """What a file is checked with."""

    storage: ObjectStorage
    images: ImageEncoder
    scanner: MalwareScanner


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """What a check has stored."""

    size: int
    image: ImageSize | None = None


async def _complete(file_id: FileId, *, actor: Actor, executor: Executor[Repositories], checks: FileChecks) -> File:
    """Check an uploaded file, and store an image re-encoded; a file that is ready stays as it is."""
    file = await executor.run(_begin_check, file_id, actor=actor)
    if file.status is not FileStatus.CHECKING:
        return _usable(file)
    try:
        stored = await _check(file, checks)
    except Unacceptable as unacceptable:
        await executor.run(_end_check, _EndCheck(checked=file, outcome=unacceptable.because), actor=SYSTEM)
        raise FileRejected(reason=unacceptable.because.value) from None
    except (NotUploaded, FileStorageUnavailable):
        await executor.run(_end_check, _EndCheck(checked=file, outcome=None), actor=SYSTEM)
        raise
    ready = await executor.run(_end_check, _EndCheck(checked=file, outcome=stored), actor=SYSTEM)
    await _delete_upload_of(ready, checks.storage)
    return ready


def _usable(file: File) -> File:
    if file.rejected_because is not None:
        raise FileRejected(reason=file.rejected_because.value)
    return file


async def _check(file: File, checks: FileChecks) -> _Stored:
    announced = required(await checks.storage.head(file.upload), NotUploaded)
    if announced.content_type != file.content_type:
        raise Unacceptable(Rejection.WRONG_TYPE)
    content = await checks.storage.read(file.upload, most=file.size) if announced.size == file.size else b""
    if content is None:
        raise NotUploaded
    if len(content) != file.size:
        raise Unacceptable(Rejection.WRONG_SIZE)
    if await checks.scanner.scan(content) is not None:
        raise Unacceptable(Rejection.MALWARE)
    if file.content is Content.DOCUMENT:
        if not is_document(content):
            raise Unacceptable(Rejection.WRONG_TYPE)
        (key,) = file.objects
        await checks.storage.write(key, content, content_type=file.content_type)
        return _Stored(size=len(content))
    encoded = await checks.images.encode(content, content_type=file.content_type)
    for key, image in zip(file.objects, encoded.by_size.values(), strict=True):
        await checks.storage.write(key, image, content_type=IMAGE_TYPE)
    return _Stored(size=sum(map(len, encoded.by_size.values())), image=encoded.size)


async def _delete_upload_of(file: File, storage: ObjectStorage) -> None:
    """Delete what the client uploaded; if that fails, the sweep does."""
    try:
        await storage.delete([file.upload])
    except FileStorageUnavailable:
        return


async def _begin(file_id: FileId, tx: Repositories, context: UseCaseContext) -> File:
    before = await _own(file_id, tx, context)
    if before.status in {FileStatus.READY, FileStatus.REJECTED}:
        return before
    after = before.begin_check(context.now)
    await tx.files.save(after, was=before)
    return after


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class _EndCheck:
    checked: File
    """As it was when the check began."""
    outcome: _Stored | Rejection | None
    """None: it is not decided."""


async def _end(command: _EndCheck, tx: Repositories, context: UseCaseContext) -> File:
    """Record the outcome of a check, unless the file was deleted meanwhile, or another check has begun."""
    before = await tx.files.lock(command.checked.id)
    if before is None or before.status is FileStatus.DELETED:
        raise FileNotFound
    if before.version != command.checked.version:
        if before.status is FileStatus.READY:
            return before
        raise CheckRunning
    match command.outcome:
        case _Stored(size=size, image=image):
            after = before.accept(size=size, image=image)
        case Rejection() as because:
            after = before.reject(because, context.now)
        case _:
            after = before.release()
    await tx.files.save(after, was=before)
    return after


async def _own(file_id: FileId, tx: Repositories, context: UseCaseContext) -> File:
    return await _uploaded(file_id, context.actor.id, tx)


async def _uploaded(file_id: FileId, by: UserId, tx: Repositories) -> File:
    file = await tx.files.lock(file_id)
    if file is None or file.account_id != by or file.status is FileStatus.DELETED:
        raise FileNotFound
    return file


async def _delete_own(file_id: FileId, tx: Repositories, context: UseCaseContext) -> None:
    """A file that belongs to something is deleted by what it belongs to."""
    file = await _own(file_id, tx, context)
    if file.owner_id is not None:
        raise FileInUse
    await tx.files.save(file.delete(FileParty.UPLOADER, context.now), was=file)


async def set_files(
    owner: FileOwner,
    file_ids: Sequence[FileId],
    tx: Repositories,
    context: UseCaseContext,
    *,
    uploader_id: UserId | None = None,
    field: FieldPath = ("file_ids",),
) -> tuple[File, ...]:
    """Make these files the owner's, which is locked, in this order, and return them. Its other files are deleted.

    The actor attaches files that the uploader (None: the actor) uploaded, and keeps or reorders all that the owner has.
    `field` is where the command names the files.

    Raises:
        FileNotFound, FileNotReady, FileInUse, WrongFolder: a file cannot be attached.
        TooManyFiles: a file is named twice, or there are more than the folder allows.
    """
    most = FOLDERS[owner.folder].most
    if len(file_ids) > most or len(set(file_ids)) != len(file_ids):
        with about(*field):
            raise TooManyFiles(most=most)
    had = {file.id: file for file in await tx.files.lock_of(owner)}
    files = []
    for position, file_id in enumerate(file_ids):
        with about(*field, position):
            before = had.pop(file_id, None) or await _uploaded(file_id, uploader_id or context.actor.id, tx)
            after = before
            if (before.owner_id, before.position) != (owner.id, position):
                after = before.attach(owner, position)
        if after is not before:
            await tx.files.save(after, was=before)
        files.append(after)
    for file in had.values():
        await tx.files.save(file.delete(FileParty.UPLOADER, context.now), was=file)
    return tuple(files)


async def delete_files(owner: FileOwner, tx: Repositories, context: UseCaseContext) -> None:
    """Delete the files of an object that is deleted."""
    await set_files(owner, (), tx, context)


SET_FILES_ERRORS: Final = (FileNotFound, FileNotReady, FileInUse, WrongFolder, TooManyFiles)
"""What `set_files` raises."""


async def sweep_files(
    *, reads: FileReads, executor: Executor[Repositories], storage: ObjectStorage, clock: Clock
) -> None:
    """Delete the objects of deleted, rejected, unfinished and unused files, and then their rows."""
    for file_id in await reads.to_sweep(clock.now(), _SWEPT_AT_ONCE):
        file = await executor.run(_begin_sweep, file_id, actor=SYSTEM)
        if file is not None:
            await storage.delete(file.garbage)
            await executor.run(_end_sweep, file, actor=SYSTEM)


async def _sweep(file_id: FileId, tx: Repositories, context: UseCaseContext) -> File | None:
    before = await tx.files.lock(file_id)
    if before is None:
        return None
    after = before.begin_sweep(context.now)
    if after is not None and after != before:
        await tx.files.save(after, was=before)
    return after


async def _swept(file: File, tx: Repositories, context: UseCaseContext) -> None:
    """Does nothing if the file has changed since its objects were deleted: it is swept again."""
    before = await tx.files.lock(file.id)
    if before is None or before.version != file.version:
        return
    after = before.end_sweep(context.now)
    if after is None:
        await tx.files.remove(before.id)
    else:
        await tx.files.save(after, was=before)


async def _get_file(actor: Actor, file_id: FileId, files: FileReads) -> File:
    authorise(actor, Permission.UPLOAD_FILES)
    file = await files.get(file_id)
    if file is None or file.account_id != actor.id:
        raise FileNotFound
    return file


async def _list_files(actor: Actor, after: FileId | None, limit: int, files: FileReads) -> Sequence[File]:
    """The actor's files, oldest first."""
    authorise(actor, Permission.UPLOAD_FILES)
    return await files.of_account(actor.id, after, limit)


def _file_subject(file_id: FileId, _: object) -> Subject:
    return Subject("file", file_id)


announce_upload: Final = UseCase(
    Permission.UPLOAD_FILES,
    _announce,
    lambda _, file: Subject("file", file.id),
    raises=(InvalidValue, QuotaExceeded, TooManyUploads),
)
_begin_check: Final = UseCase(Permission.UPLOAD_FILES, _begin, _file_subject, raises=(FileNotFound, CheckRunning))
_end_check: Final = UseCase(Permission.RUN_PLATFORM, _end, raises=(FileNotFound, CheckRunning))
_begin_sweep: Final = UseCase(Permission.RUN_PLATFORM, _sweep)
_end_sweep: Final = UseCase(Permission.RUN_PLATFORM, _swept)
complete_upload: Final = Process(
    _complete,
    (*_begin_check.raises, NotUploaded, FileRejected, FileStorageUnavailable, NotPermitted),
    Permission.UPLOAD_FILES,
)
delete_own_file: Final = UseCase(Permission.UPLOAD_FILES, _delete_own, _file_subject, raises=(FileNotFound, FileInUse))
get_file: Final = Query(_get_file, (FileNotFound, NotPermitted))
list_files: Final = Query(_list_files, (NotPermitted,))
