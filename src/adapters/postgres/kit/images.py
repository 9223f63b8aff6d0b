"""Images in columns: `[file id, width, height]`, or a list of these."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from booking_domain.shared.ids import FileId
from booking_domain.shared.images import Image


def image_json(image: Image) -> Jsonb:
    """Return an image as it is stored."""
    return Jsonb(_stored(image))


def image_of(value: list[Any]) -> Image:
    """The inverse of `image_json`."""
    file_id, width, height = value
    return Image(file_id=FileId(UUID(file_id)), width=width, height=height)


def images_json(images: Iterable[Image]) -> Jsonb:
    """Return images as they are stored."""
    return Jsonb([_stored(image) for image in images])


def images_of(value: list[list[Any]]) -> tuple[Image, ...]:
    """The inverse of `images_json`."""
    return tuple(map(image_of, value))


def _stored(image: Image) -> list[str | int]:
    return [str(image.file_id), image.width, image.height]
