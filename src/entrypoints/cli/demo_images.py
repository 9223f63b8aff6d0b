"""Draws the small images of the demo data, the same ones each time, and uploads them as a client would."""

import io
import math
import random
from typing import Final

from PIL import Image, ImageDraw

from adapters.clamav import NoScanner
from adapters.images.encoding import encode
from booking_domain.files.model import Folder
from booking_domain.files.ports import EncodedImage, ImageEncoder
from booking_domain.identity.model import User
from booking_domain.shared.ids import FileId
from booking_domain.use_cases.files.commands import AnnounceUpload, FileChecks, announce_upload, complete_upload
from booking_domain.use_cases.portfolio.commands import AddPortfolioItem, add_portfolio_item
from entrypoints.container import Container

_SIZE: Final = (320, 240)
_TYPE: Final = "image/jpeg"
_PALETTES: Final = (
    ("#f4e9dc", "#2b2d42", "#8d5b4c"),
    ("#e8f0f2", "#053c5e", "#db222a"),
    ("#f6f4e8", "#3a5a40", "#a3b18a"),
    ("#fdf0f0", "#6d2e46", "#d5b9b2"),
    ("#eeeaf5", "#3d348b", "#f7b801"),
)
_IDEAS: Final = ("First sketch, finished in one sitting.", "Made to the customer's own drawing.")


class DemoImages:
    """Draws and uploads images for the users of the demo data."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._checks = FileChecks(storage=container.object_storage(), images=_InlineEncoder(), scanner=NoScanner())

    async def upload(self, owner: User, folder: Folder, subject: str) -> FileId:
        """Upload an image and return its file, ready to use. Each subject looks different."""
        content, executor = drawn(subject), self._container.executor()
        wish = AnnounceUpload(folder=folder, filename=f"{subject}.jpg", content_type=_TYPE, size=len(content))
        file = await executor.run(announce_upload, wish, actor=owner.actor)
        await self._checks.storage.write(file.upload, content, content_type=_TYPE)
        await complete_upload(file.id, actor=owner.actor, executor=executor, checks=self._checks)
        return file.id

    async def add_portfolio(self, owner: User, tags: tuple[str, ...]) -> None:
        """Add two items, the second with two images."""
        for number, text in enumerate(_IDEAS, 1):
            subjects = [f"{owner.name} {number}.{image}" for image in range(number)]
            file_ids = [await self.upload(owner, Folder.PORTFOLIO, subject) for subject in subjects]
            item = AddPortfolioItem(file_ids=tuple(file_ids), description=text, tags=tags)
            await self._container.executor().run(add_portfolio_item, item, actor=owner.actor)


class _InlineEncoder(ImageEncoder):
    """Encodes in this process: the images are trusted."""

    async def encode(self, content: bytes, *, content_type: str) -> EncodedImage:
        return encode(content, content_type)

    async def close(self) -> None: ...


def drawn(subject: str) -> bytes:
    """Draw an ornament as a JPEG: petals around a centre, in colours derived from the subject."""
    chance = random.Random(subject)  # noqa: S311 - an ornament
    ground, line, fill = chance.choice(_PALETTES)
    image = Image.new("RGB", _SIZE, ground)
    draw = ImageDraw.Draw(image)
    middle = (_SIZE[0] / 2, _SIZE[1] / 2)
    petals, turns = chance.randint(5, 11), chance.random()
    for ring in range(3, 0, -1):
        distance, radius = ring * 32, 8 + ring * chance.randint(4, 8)
        for petal in range(petals):
            angle = 2 * math.pi * (petal + turns * ring) / petals
            x, y = middle[0] + distance * math.cos(angle), middle[1] + distance * math.sin(angle)
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill if ring % 2 else None, line, 2)
    draw.ellipse((middle[0] - 18, middle[1] - 18, middle[0] + 18, middle[1] + 18), fill=line)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=95)
    return file.getvalue()
