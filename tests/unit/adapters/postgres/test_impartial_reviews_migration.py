"""The migration that lets one review of each author count: ratings are counted again, in both directions."""

from dataclasses import replace
from typing import Any, Final

from tests.databases import TestServer
from tests.unit.adapters.postgres.test_refunds_migration import Backend, in_database, rows

from adapters.postgres.kit import migrations
from booking_domain.bookings.transitions import Status
from booking_domain.reviews.model import ReviewStatus
from booking_domain.testing.builders import Builder
from booking_domain.testing.kit.storage import a_cast
from booking_domain.testing.reviews.contracts import a_review

BEFORE: Final = "0080"


def ratings(url: str) -> list[tuple[Any, ...]]:
    return rows(url, "SELECT rating_count, rating_total FROM providers ORDER BY id")


def test_ratings_are_counted_again_and_held_reviews_are_hidden_before(postgres: TestServer) -> None:
    make = Builder()

    async def reviewed(database: Backend) -> None:
        """One provider with three reviews of one author, the last of which is held; and one without."""
        cast = await a_cast(database, make)
        await a_cast(database, make)
        for stars, status in ((1, ReviewStatus.PUBLISHED), (4, ReviewStatus.PUBLISHED), (5, ReviewStatus.HELD)):
            booking = replace(make.booking(cast.profile, cast.customer), status=Status.COMPLETED)
            async with database.begin() as tx:
                await tx.bookings.add(booking, [make.event(booking)])
                await tx.reviews.add(replace(a_review(make, booking, stars), status=status))
                await tx.reviews.recount(cast.profile.id)

    with postgres.empty_database() as url:
        migrations.upgrade(url)
        in_database(url, reviewed)
        assert ratings(url) == [(1, 4), (0, 0)]
        migrations.downgrade(url, BEFORE)
        assert ratings(url) == [(2, 5), (0, 0)]
        assert rows(url, "SELECT status, count(*) FROM reviews GROUP BY status ORDER BY status") == [
            ("hidden", 1),
            ("published", 2),
        ]
        migrations.upgrade(url)
        assert ratings(url) == [(1, 4), (0, 0)]
