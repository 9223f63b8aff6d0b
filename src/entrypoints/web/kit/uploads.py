"""Pictures that forms bring: checked and stored as those that clients upload, by the same use cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from litestar.datastructures import UploadFile

from booking_domain.files.model import CONTENT_TYPES, FOLDERS, MAX_FILENAME, MEGABYTE, Folder, TooManyFiles
from booking_domain.shared.actor import Actor
from booking_domain.shared.errors import DomainError, InvalidValue
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import FileId
from booking_domain.use_cases.files.commands import (
    SET_FILES_ERRORS,
    AnnounceUpload,
    FileChecks,
    announce_upload,
    complete_upload,
)
from booking_domain.use_cases.platform.ports import Repositories
from entrypoints.http.kit.forms import MOST_BYTES_OF_FILES, Form
from entrypoints.http.kit.identities import Caller
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.turns import Turns
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.web.components.field import Field
from entrypoints.web.components.upload import Upload
from entrypoints.web.kit.forms import hidden
from entrypoints.web.kit.pages import Page
from entrypoints.web.kit.typed import id_of

PICTURES: Final = "pictures"
_KEPT: Final = "picture"
_HINT: Final = Plural("At most {count} picture.", "At most {count} pictures.")
_SIZE: Final = Phrase("Together {megabytes} MB at once.")
_ADDED: Final = Plural("{count} picture is added already.", "{count} pictures are added already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The pictures of a form that are stored, and what was wrong with the next one."""

    file_ids: tuple[FileId, ...] = ()
    error: DomainError | None = None

    def fields(self) -> dict[str, list[str]]:
        """The fields by which `kept_pictures` finds them."""
        return {_KEPT: [str(each) for each in self.file_ids]}


class PictureDesk:
    """Stores the pictures of forms."""

    def __init__(self, executor: Executor[Repositories], checks: FileChecks, turns: Turns, caller: Caller) -> None:
        self._executor = executor
        self._checks = checks
        self._turns = turns
        self._caller = caller

    async def store(self, files: Sequence[UploadFile], folder: Folder, actor: Actor, *, kept: Stored) -> Stored:
        """Store pictures one by one, until one cannot be, after those that an earlier form has brought."""
        file_ids, most = list(kept.file_ids), FOLDERS[folder].most
        if len(file_ids) + len(files) > most:
            return Stored(file_ids=kept.file_ids, error=TooManyFiles(most=most))
        for each in files:
            try:
                file_ids.append(await self._store(each, folder, actor))
            except DomainError as error:
                return Stored(file_ids=tuple(file_ids), error=error)
        return Stored(file_ids=tuple(file_ids))

    async def _store(self, upload: UploadFile, folder: Folder, actor: Actor) -> FileId:
        content = await upload.read()
        command = AnnounceUpload(
            folder=folder,
            filename=upload.filename[-MAX_FILENAME:],
            content_type=upload.content_type,
            size=len(content),
        )
        announced = await self._executor.run(announce_upload, command, actor=actor)
        await self._checks.storage.write(announced.upload, content, content_type=announced.content_type)
        async with self._turns.turn(self._caller):
            ready = await complete_upload(announced.id, actor=actor, executor=self._executor, checks=self._checks)
        return ready.id


def provide_pictures(
    executor: Injected[Executor[Repositories]],
    file_checks: Injected[FileChecks],
    upload_turns: Injected[Turns],
    caller: Injected[Caller],
) -> PictureDesk:
    """Provide `pictures`."""
    return PictureDesk(executor, file_checks, upload_turns, caller)


def kept_pictures(form: Form) -> Stored:
    """The pictures that an earlier form has brought; whose they are is looked at when they are used."""
    return Stored(file_ids=tuple(FileId(found) for each in form.get(_KEPT, ()) if (found := id_of(each)) is not None))


def field_of(error: DomainError) -> str:
    """The field of a page with pictures that an error is about; empty: none."""
    if isinstance(error, SET_FILES_ERRORS):
        return PICTURES
    return str(error.parameters["field"]) if isinstance(error, InvalidValue) else ""


def picture_fields(folder: Folder, page: Page, kept: Stored, *, button: str = "") -> tuple[Field | Upload, ...]:
    """The fields for pictures of a folder: what is added already, and what is to be added."""
    rules, count = FOLDERS[folder], len(kept.file_ids)
    types = sorted(frozenset().union(*(CONTENT_TYPES[each] for each in rules.contents)))
    added = page.say.count(_ADDED, count) if count else ""
    most = page.say.count(_HINT, rules.most)
    size = page.say(_SIZE, megabytes=page.formats.number(MOST_BYTES_OF_FILES // MEGABYTE))
    return (
        *(hidden(_KEPT, str(each)) for each in kept.file_ids),
        Upload(
            name=PICTURES,
            label=page.say(Phrase("Pictures, if you have any")),
            accept=",".join(types),
            several=rules.most > 1,
            hint=f"{added} {most} {size}".strip(),
            button=button,
        ),
    )
