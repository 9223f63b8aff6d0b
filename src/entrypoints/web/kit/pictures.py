"""Pictures of pages: addresses of both sizes, and the size that keeps their place free."""

from collections.abc import Callable
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
    return _picture(image, lambda size: links.public(image_key(image.file_id, size, public=True)), alt)


def private_picture_of(image: Image, links: ObjectLinks, alt: str) -> Picture:
    """A private picture; its addresses expire."""

    def address(size: int) -> str:
        return links.download(image_key(image.file_id, size, public=False), expires_in=links.private_for)

    return _picture(image, address, alt)


def _picture(image: Image, address: Callable[[int], str], alt: str) -> Picture:
    return Picture(url=address(LARGE), small=address(SMALL), width=image.width, height=image.height, alt=alt)
