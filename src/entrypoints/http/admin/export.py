"""Accounts as a CSV file (RFC 4180), read and streamed page by page."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Final

from booking_domain.identity.model import User
from booking_domain.identity.ports import UserFilter, UserReads
from entrypoints.http.kit.csv_cells import csv_file, moment

COLUMNS: Final = (
    "id",
    "name",
    "email",
    "phone",
    "role",
    "status",
    "locale",
    "timeZone",
    "createdAt",
    "emailVerifiedAt",
    "phoneVerifiedAt",
)


def csv_of(chosen: UserFilter, first: Sequence[User], reads: UserReads) -> AsyncIterator[bytes]:
    """The file: `first`, the first page of the filter, and all pages after it."""
    return csv_file(COLUMNS, first, _cells, lambda last: reads.page(replace(chosen, after=last.id)))


def _cells(user: User) -> tuple[str, ...]:
    return (
        str(user.id),
        user.name,
        user.email or "",
        user.phone or "",
        user.role.value,
        user.status.value,
        user.locale,
        user.time_zone,
        user.created_at.isoformat(),
        moment(user.email_verified_at),
        moment(user.phone_verified_at),
    )
