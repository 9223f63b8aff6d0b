"""Images that profiles, salons and portfolios show."""

from dataclasses import dataclass

from booking_domain.shared.ids import FileId


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An uploaded image: its file, and width and height of its largest size in pixels."""

    file_id: FileId
    width: int
    height: int
