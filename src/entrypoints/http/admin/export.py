"""Accounts as a CSV file (RFC 4180), read and streamed page by page."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from booking_domain.identity.ports import UserFilter
from booking_domain.identity.queries import ManagedUser
from entrypoints.http.admin.user_schemas import account_status
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


def csv_of(
    chosen: UserFilter, first: Sequence[ManagedUser], page: Callable[[UserFilter], Awaitable[Sequence[ManagedUser]]]
) -> AsyncIterator[bytes]:
    """Return the file: the page `first`, and all pages of the filter after it."""
    return csv_file(COLUMNS, first, _cells, lambda last: page(replace(chosen, after=last.user.id)))


def _cells(managed: ManagedUser) -> tuple[str, ...]:
    user = managed.user
    return (
        str(user.id),
        user.name,
        user.email or "",
        user.phone or "",
        user.role.value,
        account_status(managed),
        user.locale,
        user.time_zone,
        user.created_at.isoformat(),
        moment(user.email_verified_at),
        moment(user.phone_verified_at),
    )
