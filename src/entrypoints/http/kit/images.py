"""Images in answers: URLs of both sizes."""

from typing import Any, Final
from uuid import UUID

from booking_domain.files.model import LARGE, SMALL, ImageSize, image_key
from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.ids import FileId
from booking_domain.shared.images import Image
from entrypoints.http.kit.fields import Json

"""A URL of a private object is valid this long."""


class ImageJson(Json, frozen=True, kw_only=True):
    """An image in two sizes (WebP): at most 1080 and 320 pixels on the longer side. The larger one is measured."""

    file_id: UUID
    width: int
    """The width in pixels."""
    height: int
    """The height in pixels."""
    url: str
    thumbnail_url: str
    """A small version of the image."""


def image_json(file_id: FileId, size: ImageSize, links: ObjectLinks, *, public: bool) -> ImageJson:
    """Show an image; the URLs of a private one expire after `ObjectLinks.private_for`."""
    return ImageJson(
        file_id=file_id,
        width=size.width,
        height=size.height,
        url=_url(file_id, LARGE, links, public=public),
        thumbnail_url=_url(file_id, SMALL, links, public=public),
    )


def picture_json(image: Image, links: ObjectLinks) -> ImageJson:
    """Show a public image."""
    return image_json(image.file_id, ImageSize(width=image.width, height=image.height), links, public=True)


def private_image_json(image: Image, links: ObjectLinks) -> ImageJson:
    """Show a private image; its URLs expire."""
    return image_json(image.file_id, ImageSize(width=image.width, height=image.height), links, public=False)


def picture_or_none(image: Image | None, links: ObjectLinks) -> ImageJson | None:
    """Show a public image, if there is one."""
    return None if image is None else picture_json(image, links)


def _url(file_id: FileId, size: int, links: ObjectLinks, *, public: bool) -> str:
    key = image_key(file_id, size, public=public)
    return links.public(key) if public else links.download(key, expires_in=links.private_for)


_EXAMPLE_ID: Final = "0199f3d0-6a1c-7e52-8d0f-94c1b7a3e210"
_EXAMPLE_URL: Final = f"https://images.example.com/images/{_EXAMPLE_ID}"
IMAGE: Final[dict[str, Any]] = {
    "fileId": _EXAMPLE_ID,
    "width": 1080,
    "height": 810,
    "url": f"{_EXAMPLE_URL}/1080.webp",
    "thumbnailUrl": f"{_EXAMPLE_URL}/320.webp",
}
