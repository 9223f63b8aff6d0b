"""Demo reviews of completed appointments."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import ProfileStatus, ProviderFilter
from booking_domain.reviews.ports import ReviewFilter
from booking_domain.use_cases.platform.listings import BookingListFilter, BookingListOrder
from booking_domain.use_cases.platform.views import ProviderView
from booking_domain.use_cases.reviews.commands import PostReview, ReplyToReview, post_review, reply_to_review
from entrypoints.cli.demo_accounts import People
from entrypoints.container import Container

_MOST: Final = 100


class DemoReview(NamedTuple):
    """What a customer says of an appointment, and the provider's reply."""

    stars: int
    text: str
    reply: str = ""


REVIEWS: Final[Mapping[str, tuple[DemoReview, ...]]] = {
    "Sarnai Tattoo": (
        DemoReview(5, "Steady hands and a clean studio.", reply="Thank you, Bold!"),
        DemoReview(4, "Lovely lines. I waited ten minutes."),
    ),
    "Nomin": (DemoReview(5, "The finest lines in town."),),
    "Ganzorig": (DemoReview(4, "Bold and clean. The music was loud."),),
    "Saruul": (DemoReview(5, "Exactly what I asked for."),),
    "Enkhmaa": (DemoReview(5, "Enkhmaa knows colour."),),
    "Anar": (DemoReview(3, "Good cut, long wait."),),
    "Uyanga": (DemoReview(5, "Tiny horses on every nail!"),),
}
"""Of the completed appointments of a provider, the earliest first."""


async def add_reviews(container: Container, _: People) -> None:
    """Add the reviews of the demo providers who have none."""
    reads = container.reads()
    for view in await reads.providers.page(ProviderFilter(status=ProfileStatus.APPROVED, limit=_MOST)):
        name = view.profile.display_name
        if name in REVIEWS and not await reads.reviews.page(ReviewFilter(provider_id=view.profile.id, limit=1)):
            await _add(container, view, REVIEWS[name])


async def _add(container: Container, view: ProviderView, reviews: tuple[DemoReview, ...]) -> None:
    executor, reads = container.executor(), container.reads()
    completed = BookingListFilter(
        provider_id=view.profile.id,
        statuses=(Status.COMPLETED,),
        order=BookingListOrder.EARLIEST_START,
        limit=len(reviews),
    )
    for said, found in zip(reviews, await reads.appointments.page(completed), strict=False):
        customer = await reads.users.get(found.booking.customer_id)
        owner = await reads.users.get(view.profile.owner_id)
        # A developer may have added a walk-in.
        if customer is None or owner is None or customer.id == owner.id:
            continue
        post = PostReview(booking_id=found.booking.id, rating=said.stars, text=said.text)
        review = (await executor.run(post_review, post, actor=customer.actor)).review
        if said.reply:
            await executor.run(reply_to_review, ReplyToReview(review_id=review.id, text=said.reply), actor=owner.actor)
