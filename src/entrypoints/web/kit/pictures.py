"""Pictures of pages: addresses of both sizes, and the size that keeps their place free."""

from dataclasses import dataclass

from booking_domain.files.model import LARGE, SMALL, image_key
from booking_domain.files.ports import ObjectLinks
from booking_domain.shared.images import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture, and what it shows in words; without words it only decorates."""

    url: str
    small: str
    width: int
    height: int
    alt: str = ""


def picture_of(image: Image, links: ObjectLinks, alt: str = "") -> Picture:
    """A public picture."""
    return Picture(
        url=links.public(image_key(image.file_id, LARGE, public=True)),
        small=links.public(image_key(image.file_id, SMALL, public=True)),
        width=image.width,
        height=image.height,
        alt=alt,
    )
