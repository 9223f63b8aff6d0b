"""Ideas on a booking: what the customer wishes, with images, and what the provider notes and estimates. And ports.

Only the booking's parties and admins see them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol, Self

from booking_domain.bookings.transitions import Party
from booking_domain.shared.enums import checks_enums
from booking_domain.shared.errors import Conflict, InvalidValue, NotFound
from booking_domain.shared.events import Event
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.ids import BookingId, EventId, IdeaId, UserId
from booking_domain.shared.money import Money

MAX_DESCRIPTION: Final = 2_000
MAX_DETAIL: Final = 100
MAX_IDEAS: Final = 20
"""Of one booking."""


class IdeaNotFound(NotFound, code="idea.not_found"):
    """There is no such idea."""


class BookingIsOver(Conflict, code="idea.booking_is_over"):
    """The booking is over; its ideas do not change any more."""


class TooManyIdeas(Conflict, code="idea.too_many"):
    """A booking can have {most} ideas."""

    most: int


class IdeaSide(StrEnum):
    """Whose idea it is."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    """Of the provider, or the manager of the provider's salon."""


SIDES: Final[Mapping[Party, IdeaSide]] = {
    Party.CUSTOMER: IdeaSide.CUSTOMER,
    Party.PROVIDER: IdeaSide.PROVIDER,
    Party.MANAGER: IdeaSide.PROVIDER,
}
"""The parties that share ideas; admins only see and delete them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdeaContent:
    """What an idea says. Size, placement, colours and budget are the customer's wishes, which the provider may note.

    The estimate is the provider's.
    """

    description: str
    size: str = ""
    placement: str = ""
    colours: str = ""
    budget_amount: int | None = None
    """The most that the customer would pay, in minor units."""
    estimate_amount: int | None = None
    """What the provider thinks that it will cost, in minor units; see `AcceptRequest`."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.description.strip()) <= MAX_DESCRIPTION:
            raise InvalidValue(field="description", problem=f"1 to {MAX_DESCRIPTION} characters")
        for name in ("size", "placement", "colours"):
            if len(getattr(self, name)) > MAX_DETAIL:
                raise InvalidValue(field=name, problem=f"at most {MAX_DETAIL} characters")
        for name in ("budget_amount", "estimate_amount"):
            if (getattr(self, name) or 0) < 0:
                raise InvalidValue(field=name, problem="at least 0")

    def require_side(self, side: IdeaSide) -> None:
        """Raise `InvalidValue` if the content is not this side's."""
        if side == IdeaSide.CUSTOMER and self.estimate_amount is not None:
            raise InvalidValue(field="estimate_amount", problem="the provider estimates")


@dataclass(frozen=True, slots=True, kw_only=True)
@checks_enums
class Idea:
    """What one side writes about a booking. Its images belong to it (`Folder.IDEAS`)."""

    id: IdeaId
    booking_id: BookingId
    author_id: UserId
    side: IdeaSide
    content: IdeaContent
    currency: str
    """Of the booking's price."""
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @property
    def estimate(self) -> Money | None:
        """What the provider thinks that it will cost."""
        amount = self.content.estimate_amount
        return None if amount is None else Money(amount=amount, currency=self.currency)

    def edited(self, content: IdeaContent, now: datetime) -> Self:
        """The idea with other content.

        Raises:
            InvalidValue: the content is not this side's.
        """
        content.require_side(self.side)
        return replace(self, content=content, updated_at=now, version=self.version + 1)


class IdeaChanged(Event, subject="booking_id"):
    """An idea of one side of the booking has changed."""

    booking_id: BookingId
    idea_id: IdeaId
    side: IdeaSide


class IdeaShared(IdeaChanged, topic="idea.shared"):
    """One side has written an idea, or changed it; or an admin has changed it."""

    by_admin: bool = False


class IdeaDeleted(IdeaChanged, topic="idea.deleted"):
    """Its author or an admin has deleted an idea."""

    by_admin: bool


class IdeaImageDeleted(IdeaChanged, topic="idea.image_deleted"):
    """An admin has deleted an image of an idea."""


EVENTS: Final[tuple[type[IdeaChanged], ...]] = (IdeaShared, IdeaDeleted, IdeaImageDeleted)


def idea_event(kind: type[IdeaChanged], idea: Idea, context: UseCaseContext, **more: bool) -> IdeaChanged:
    """Return the event of an idea that changes now."""
    return kind(
        id=EventId(context.entropy.new_id()),
        occurred_at=context.now,
        booking_id=idea.booking_id,
        idea_id=idea.id,
        side=idea.side,
        **more,
    )


class IdeaReads(Protocol):
    """Reads of ideas, outside any database transaction."""

    async def get(self, idea_id: IdeaId) -> Idea | None:
        """The idea."""
        ...

    async def of_booking(self, booking_id: BookingId) -> Sequence[Idea]:
        """All ideas of a booking, oldest first."""
        ...

    async def by_author(self, author_id: UserId, after: IdeaId | None, limit: int) -> Sequence[Idea]:
        """The ideas that a user wrote, by id: those after `after`, at most `limit`."""
        ...


class Ideas(Protocol):
    """Ideas inside a database transaction that has locked their booking."""

    async def add(self, idea: Idea) -> None:
        """Store a new idea."""
        ...

    async def get(self, idea_id: IdeaId) -> Idea | None:
        """The idea."""
        ...

    async def count(self, booking_id: BookingId) -> int:
        """How many ideas the booking has."""
        ...

    async def estimate(self, booking_id: BookingId) -> int | None:
        """The estimate that was written or changed last, in minor units; None if no idea of the booking has one."""
        ...

    async def save(self, idea: Idea, *, was: Idea) -> None:
        """Replace an idea.

        Raises:
            ConcurrentChange: it is no longer the version `was`. Raised at this call or at the next wait.
        """
        ...

    async def remove(self, idea_id: IdeaId) -> None:
        """Remove an idea."""
        ...
