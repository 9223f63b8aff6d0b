"""The JSON of an idea in a request, alone or with a new booking."""

from typing import Annotated, Any, Final

from msgspec import Meta

from booking_domain.bookings.ideas import MAX_DESCRIPTION, MAX_DETAIL, IdeaContent
from booking_domain.files.model import FOLDERS, Folder
from booking_domain.shared.ids import FileId
from booking_domain.use_cases.bookings.ideas import NewIdea
from entrypoints.http.kit.fields import Amount, Body
from entrypoints.http.kit.projection import projection

Description = Annotated[str, Meta(min_length=1, max_length=MAX_DESCRIPTION)]
Detail = Annotated[str, Meta(max_length=MAX_DETAIL)]
IdeaFiles = Annotated[tuple[FileId, ...], Meta(max_length=FOLDERS[Folder.IDEAS].most)]


class IdeaBody(Body, frozen=True, kw_only=True):
    """The customer's wish, or the provider's notes and estimate."""

    description: Description
    size: Detail = ""
    """The size that the customer wishes, e.g. `10 cm`."""
    placement: Detail = ""
    """The place that the customer wishes, e.g. `left forearm`."""
    colours: Detail = ""
    """The style that the customer wishes, e.g. `black and grey`."""
    budget_amount: Amount | None = None
    """The most that the customer would pay."""
    estimate_amount: Amount | None = None
    """The provider's estimate of the price. It does not change the price."""
    file_ids: IdeaFiles = ()
    """Images that the author uploaded to the folder `ideas`."""


new_idea: Final = projection(IdeaBody, NewIdea, content=projection(IdeaBody, IdeaContent, unused=["file_ids"]))
WISH: Final[dict[str, Any]] = {
    "description": "A small swallow.",
    "size": "10 cm",
    "placement": "left forearm",
    "colours": "black",
    "budgetAmount": 30000000,
}
