"""Versions of what the public is shown of a provider or a salon.

Whatever changes the answer to a public question (profile, calendar, services, claims, portfolio, salon) changes the
version with its transaction. So an answer that was kept under a version is right as long as the version is.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol
from uuid import UUID


class PublicVersion(NamedTuple):
    """A version, and the providers and salons whose changes change it."""

    text: str
    """It is never used again: also not after a backup was restored."""
    about: frozenset[UUID]
    """A provider and their salon; a salon and its members."""


class PublicVersionReads(Protocol):
    """Reads of committed versions, outside any database transaction."""

    async def of(self, ids: Collection[UUID]) -> Mapping[UUID, PublicVersion]:
        """The versions of those of these providers and salons that exist.

        Read the version first: what is read after it is never older than it says.
        """
        ...
