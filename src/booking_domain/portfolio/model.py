"""An item of a portfolio, its lifecycle and errors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType, Self
from uuid import UUID

from booking_domain.shared.actor import Role
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, Forbidden, InvalidValue, NotFound
from booking_domain.shared.ids import FileId, ProviderId
from booking_domain.shared.images import Image
from booking_domain.shared.lifecycle import InvalidTransition, Lifecycle, Move

PortfolioItemId = NewType("PortfolioItemId", UUID)

MAX_ITEMS: Final = 200
"""Of a provider."""
MAX_IMAGES: Final = 10
MAX_DESCRIPTION: Final = 1_000
MAX_TAGS: Final = 10
MAX_TAG: Final = 40
MAX_REASON: Final = 500


class PortfolioItemNotFound(NotFound, code="portfolio.not_found"):
    """There is no such portfolio item."""


class NotYourItem(Forbidden, code="portfolio.not_yours"):
    """Only the provider can change a portfolio."""


class TooManyItems(Conflict, code="portfolio.too_many"):
    __doc__ = f"Your portfolio has {MAX_ITEMS} items already; delete one first."


class InvalidPortfolioTransition(InvalidTransition, code="portfolio.invalid_transition"):
    """Cannot {action} the {thing}: it is {status}."""


class PortfolioStatus(StrEnum):
    """The status of a portfolio item."""

    SHOWN = "shown"
    TAKEN_DOWN = "taken_down"
    """An admin has removed it from public view."""


class PortfolioAction(StrEnum):
    """An action on a portfolio item."""

    TAKE_DOWN = "take_down"
    RESTORE = "restore"


_ADMIN: Final = frozenset({Role.ADMIN})

PORTFOLIO_LIFECYCLE: Final[Lifecycle[PortfolioStatus, PortfolioAction, Role]] = Lifecycle(
    thing="portfolio item",
    about="An item is public while it is shown and its provider's profile is approved.",
    refusal=InvalidPortfolioTransition,
    moves={
        (PortfolioStatus.SHOWN, PortfolioAction.TAKE_DOWN): Move(PortfolioStatus.TAKEN_DOWN, _ADMIN),
        (PortfolioStatus.TAKEN_DOWN, PortfolioAction.RESTORE): Move(PortfolioStatus.SHOWN, _ADMIN),
    },
)


def normal_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """The tags in lower case, each once, in their order.

    >>> normal_tags(["Fine Line ", "fine line", "Хээ"])
    ('fine line', 'хээ')
    """
    return tuple(dict.fromkeys(tag.strip().lower() for tag in tags))


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class PortfolioItem:
    """Images of a work, with a description and tags."""

    id: PortfolioItemId
    provider_id: ProviderId
    images: tuple[Image, ...]
    description: str = ""
    tags: tuple[str, ...] = ()
    """In lower case."""
    position: int = 0
    """Its place in the portfolio."""
    status: PortfolioStatus = PortfolioStatus.SHOWN
    reason: str = ""
    """Why an admin has taken it down."""
    version: int = 1
    created_at: datetime

    def __post_init__(self) -> None:
        if not 1 <= len(self.images) <= MAX_IMAGES:
            raise InvalidValue(field="file_ids", problem=f"1 to {MAX_IMAGES} images")
        if len(self.description) > MAX_DESCRIPTION:
            raise InvalidValue(field="description", problem=f"at most {MAX_DESCRIPTION} characters")
        if len(self.tags) > MAX_TAGS:
            raise InvalidValue(field="tags", problem=f"at most {MAX_TAGS}")
        if any(not 1 <= len(tag) <= MAX_TAG for tag in self.tags):
            raise InvalidValue(field="tags", problem=f"1 to {MAX_TAG} characters each")

    def taken_down(self, reason: str, by: Role) -> Self:
        """The item after an admin has removed it from public view."""
        if not 1 <= len(reason.strip()) <= MAX_REASON:
            raise InvalidValue(field="reason", problem=f"1 to {MAX_REASON} characters")
        return replace(self._moved(PortfolioAction.TAKE_DOWN, by), reason=reason.strip())

    def restored(self, by: Role) -> Self:
        """The item in public view again."""
        return replace(self._moved(PortfolioAction.RESTORE, by), reason="")

    def without_image(self, file_id: FileId) -> Self | None:
        """The item without this image; None if no image is left."""
        left = tuple(image for image in self.images if image.file_id != file_id)
        return replace(self, images=left, version=self.version + 1) if left else None

    def _moved(self, action: PortfolioAction, by: Role) -> Self:
        status = PORTFOLIO_LIFECYCLE.advance(self.status, action, by)
        return replace(self, status=status, version=self.version + 1)
