"""Favourites: the providers that a user saves."""

from typing import Final

from tests.unit.features.declarations import SIGNED_IN, Feature, Row
from tests.unit.features.providers import PROVIDER

from booking_domain.testing.builders import Builder
from booking_domain.testing.favourites.contracts import a_favourite
from booking_domain.testing.kit.storage import Cast
from booking_domain.use_cases.platform.ports import Repositories

PATH: Final = "/favourites"


async def personal_data(tx: Repositories, make: Builder, cast: Cast) -> None:
    """A provider that both have saved."""
    for user in (cast.customer, cast.owner):
        await tx.favourites.add(a_favourite(make, user.id, cast.profile.id))


FEATURE: Final = Feature(
    routes={
        f"GET {PATH}": Row(SIGNED_IN),
        f"PUT {PATH}/{{provider_id}}": Row(
            SIGNED_IN, PROVIDER, unversioned="a mark of the caller; a repetition has no effect"
        ),
        f"DELETE {PATH}/{{provider_id}}": Row(SIGNED_IN, PROVIDER),
    },
    personal_data=personal_data,
)
