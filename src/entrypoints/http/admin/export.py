"""Accounts as a CSV file (RFC 4180), read and streamed page by page."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from booking_domain.identity.model import User
from booking_domain.identity.ports import UserFilter, UserReads
from entrypoints.http.kit.csv_cells import csv_lines

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
PAGE: Final = 500


async def csv_of(chosen: UserFilter, first: Sequence[User], reads: UserReads) -> AsyncIterator[bytes]:
    """The file: `first`, the first page of the filter, and all pages after it."""
    yield csv_lines([COLUMNS])
    page = first
    while page:
        yield csv_lines(map(_cells, page))
        full = len(page) == PAGE
        page = await reads.page(replace(chosen, after=page[-1].id)) if full else ()


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
        _moment(user.email_verified_at),
        _moment(user.phone_verified_at),
    )


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.isoformat()
