"""Which reviews are taken, which are held for an admin, and which count towards a rating."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from booking_domain.reviews.model import NotAVisit, NotImpartial, Review, ReviewStatus
from booking_domain.shared.ids import UserId


class Tie(StrEnum):
    """What an author has in common with the provider."""

    MANAGER = "manager"
    """The author runs the provider's salon."""
    NUMBER = "number"
    """Text messages of both accounts went to one verified number, or the author's number is that of the salon."""
    BANK_ACCOUNT = "bank_account"
    """Refunds of the author and earnings of the provider go to one bank account."""
    DEVICE = "device"
    """Both accounts signed in from one address with one browser or app."""
    CARD = "card"
    """The payment gateway keeps one card for both accounts. It is asked for between two accounts only."""


DECISIVE: Final = frozenset({Tie.MANAGER, Tie.NUMBER, Tie.BANK_ACCOUNT})
"""Ties with which a review is refused. With another one it is published and does not count: people share networks."""


def ties_of(
    *, manages: bool = False, texts: bool, bank_account: bool, device: bool, card: bool = False
) -> frozenset[Tie]:
    """The ties of which these are true."""
    found = {
        Tie.MANAGER: manages,
        Tie.NUMBER: texts,
        Tie.BANK_ACCOUNT: bank_account,
        Tie.DEVICE: device,
        Tie.CARD: card,
    }
    return frozenset(tie for tie, is_there in found.items() if is_there)


def is_impartial(ties: frozenset[Tie]) -> bool:
    """Whether the review of an author with these ties counts.

    Raises:
        NotImpartial: one of the ties is decisive. The error does not say which.
    """
    if ties & DECISIVE:
        raise NotImpartial
    return not ties


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What shows whether a completed appointment was a visit."""

    placed_by_staff: bool
    entered_late: bool
    """It was entered after its start."""
    minutes: int
    shortest_minutes: int
    """The length of the shortest appointment that the provider offers."""
    has_price: bool

    def require(self) -> None:
        """Raise `NotAVisit` for what the provider's side could invent: entered late, too short or without a price.

        Customers who book for themselves get only what is offered.
        """
        invented = self.entered_late or self.minutes < self.shortest_minutes or not self.has_price
        if self.placed_by_staff and invented:
            raise NotAVisit


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstRule:
    """When reviews of one provider come too fast to be published unread."""

    window: timedelta = timedelta(days=1)
    most: int = 10
    """Reviews of one provider within the window; further ones are held."""
    young: timedelta = timedelta(days=7)
    """The age below which an account is young."""
    most_of_young: int = 3
    """Reviews of young accounts among them; further ones of young accounts are held."""

    def holds(self, age: timedelta, ages: Sequence[timedelta]) -> bool:
        """Whether a review is held, by the age of its author's account and of those that reviewed within the window.

        >>> old, new = timedelta(days=700), timedelta()
        >>> BurstRule().holds(new, [new] * 3), BurstRule().holds(old, [new] * 3), BurstRule().holds(old, [old] * 10)
        (True, False, True)
        """
        if len(ages) >= self.most:
            return True
        return age < self.young and sum(each < self.young for each in ages) >= self.most_of_young


def counted(reviews: Iterable[Review]) -> list[Review]:
    """Return those of a provider's reviews that make its rating: of each author the newest that is public.

    Reviews of authors who are not impartial do not count.
    """
    newest: dict[UserId, Review] = {}
    for review in sorted(reviews, key=lambda each: each.id):
        if review.status is ReviewStatus.PUBLISHED and review.impartial:
            newest[review.author_id] = review
    return list(newest.values())
