"""Pictures of which the first leads, each of which opens in full, without script too."""

from dataclasses import dataclass
from typing import ClassVar

from entrypoints.web.kit.component import Component
from entrypoints.web.kit.pictures import Picture


@dataclass(frozen=True, kw_only=True)
class Gallery(Component):
    """Pictures of which the first leads, each of which opens in full, without script too."""

    template: ClassVar = "gallery/gallery.html"

    pictures: tuple[Picture, ...]
