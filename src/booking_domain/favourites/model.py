"""A favourite, and how many a user may have."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NewType
from uuid import UUID

from booking_domain.shared.errors import Conflict
from booking_domain.shared.ids import ProviderId, UserId

FavouriteId = NewType("FavouriteId", UUID)

MOST_FAVOURITES: Final = 500


class TooManyFavourites(Conflict, code="favourite.too_many"):
    __doc__ = f"You have {MOST_FAVOURITES} favourites; remove one first."


@dataclass(frozen=True, slots=True, kw_only=True)
class Favourite:
    """A provider that a user has saved. Ids are in the order of saving."""

    id: FavouriteId
    user_id: UserId
    provider_id: ProviderId
    created_at: datetime
