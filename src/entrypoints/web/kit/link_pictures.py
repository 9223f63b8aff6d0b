"""The pictures that others show beside links to pages: drawn once, and kept while they are asked for."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, Final

from litestar import Request, Response

from booking_domain.files.model import LARGE, image_key
from booking_domain.files.ports import ObjectStorage
from booking_domain.shared.documents import Documents, LinkPicture
from booking_domain.shared.ids import FileId
from booking_domain.shared.images import Image
from entrypoints.http.kit.answers import digest_of
from entrypoints.http.kit.etags import matches
from entrypoints.http.kit.turns import DEAR, Computation, Turn
from entrypoints.web.kit.environment import FOLDER
from entrypoints.web.kit.pages import Page

FILE: Final = "picture.png"
MOST_KEPT: Final = 100
"""How many pictures a process keeps; one has about 100 kB."""
_MOST_BYTES: Final = 4_000_000
_A_DAY: Final = "public, max-age=86400"
_ACCENTS: Final = re.compile(r'(?:data-accent="(\w+)"\] |:root )\{[^}]*--accent: light-dark\((#[0-9a-f]{6})')


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a picture shows; the photo by its file."""

    picture: LinkPicture
    photo: FileId | None

    @property
    def version(self) -> str:
        """Changes with what the picture shows."""
        return digest_of(repr(self).encode())


def shown_of(page: Page, *, title: str, subtitle: str, stars: str = "", accent: str = "", photo: Image | None) -> Shown:
    """What the picture of a page shows."""
    picture = LinkPicture(
        language=page.language,
        brand=page.site.name,
        title=title,
        subtitle=subtitle,
        stars=stars,
        accent=accents()[accent],
    )
    return Shown(picture=picture, photo=None if photo is None else photo.file_id)


def address_of(shown: Shown, path: str, page: Page) -> str:
    """Where the picture of a page is. Others ask again once it shows something else."""
    return f"{page.site.url}{page.link(f'{path}/{FILE}', v=shown.version)}"


@cache
def accents() -> Mapping[str, str]:
    """The light colour of each accent, as the style sheet has it; that of the platform has no name."""
    tokens = (FOLDER / "styles" / "tokens.css").read_text(encoding="utf-8")
    found = dict(_ACCENTS.findall(tokens))
    return {**found, "wine": found[""]}


class LinkPictures:
    """The pictures that a process has drawn."""

    def __init__(self) -> None:
        self._drawn: OrderedDict[Shown, asyncio.Task[bytes]] = OrderedDict()

    async def answer(
        self,
        request: Request[Any, Any, Any],
        shown: Shown,
        *,
        documents: Documents,
        turn: Turn,
        storage: ObjectStorage,
    ) -> Response[bytes]:
        """The picture; one request draws it for all who ask meanwhile, and later.

        Raises:
            ServiceBusy, FileStorageUnavailable: it cannot be drawn now.
        """
        headers = {"Cache-Control": _A_DAY, "ETag": f'W/"{shown.version}"'}
        if matches(request.headers.get("if-none-match"), headers["ETag"]):
            return Response(b"", status_code=304, headers=headers)
        task = self._drawn.get(shown)
        if task is None:
            task = asyncio.create_task(_draw(shown, documents, turn, storage))
            self._drawn[shown] = task
        self._drawn.move_to_end(shown)
        if len(self._drawn) > MOST_KEPT:
            self._drawn.popitem(last=False)
        try:
            content = await asyncio.shield(task)
        except Exception:
            self._drawn.pop(shown, None)
            raise
        return Response(content, media_type="image/png", headers=headers)


async def _draw(shown: Shown, documents: Documents, turn: Turn, storage: ObjectStorage) -> bytes:
    async def read() -> Computation[bytes]:
        photo = b""
        if shown.photo is not None:
            photo = await storage.read(image_key(shown.photo, LARGE, public=True), most=_MOST_BYTES) or b""
        return Computation(partial(documents.link_picture, replace(shown.picture, photo=photo)), DEAR)

    return await turn.compute(read)
