"""`zone-changes`: list the bookings whose instant no longer matches their wall time, and move them.

The command uses the time zone data of its own process. The API and the worker must run with the same release; otherwise
they show different times.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.errors import Conflict
from booking_domain.use_cases.bookings.follow_zone_data import (
    ClockChange,
    DisplacedBookings,
    FollowZoneData,
    find_displaced_bookings,
    follow_zone_data,
    preview_changes,
)
from entrypoints.cli.tz_database import tz_database
from entrypoints.container import Container
from entrypoints.settings.main import Settings
from entrypoints.wiring.root import opened

SLOT_IS_TAKEN: Final = "conflict: another claim has the time"
ZONE_IS_UNKNOWN: Final = "conflict: this tz database does not have the zone"
BUSY: Final = "conflict: another transaction changed it; run again"


@dataclass(slots=True)
class _Sum:
    possible: int = 0
    conflicts: int = 0


async def zone_changes(settings: Settings, url: str, *, apply: bool, zone: str | None) -> int:
    """List the bookings, and with `apply` move them; return 1 if one cannot be moved, else 0.

    Raises:
        StorageUnavailable: the database does not answer. Bookings moved before that stay moved; run the command again.
    """
    print(f"tz database: {tz_database()}")
    container = Container(settings=replace(settings, database_url=url))
    found = _Sum()
    async with opened(container.database()):
        async for provider in find_displaced_bookings(
            container.reads().bookings, now=container.clock().now(), time_zone=zone
        ):
            await _one_provider(container, provider, found, apply=apply)
    done = "moved" if apply else "to move"
    print(f"{found.possible} {done}, {found.conflicts} in conflict.")
    if found.possible and not apply:
        print("Nothing was changed; --apply moves them and notifies both parties.")
    return 1 if found.conflicts else 0


async def _one_provider(container: Container, provider: DisplacedBookings, found: _Sum, *, apply: bool) -> None:
    _print_stuck(provider.zone_unknown, ZONE_IS_UNKNOWN)
    found.conflicts += len(provider.zone_unknown)
    if not provider.bookings:
        return
    changes: list[ClockChange]
    if apply:
        command = FollowZoneData(
            provider_id=provider.provider_id, booking_ids=[booking.id for booking in provider.bookings]
        )
        try:
            changes = await container.executor().run(follow_zone_data, command, actor=SYSTEM)
        except Conflict:
            _print_stuck(provider.bookings, BUSY)
            found.conflicts += len(provider.bookings)
            return
    else:
        changes = await preview_changes(provider, container.reads(), container.clock().now())
    for change in changes:
        what = ("moved" if apply else "to move") if change.possible else SLOT_IS_TAKEN
        print(_line(change.found, f"{_utc(change.found.span.start)} -> {_utc(change.to.start)}", what))
        found.possible += change.possible
        found.conflicts += not change.possible


def _print_stuck(bookings: Iterable[Booking], why: str) -> None:
    for booking in bookings:
        print(_line(booking, _utc(booking.span.start), why))


def _line(booking: Booking, instants: str, what: str) -> str:
    wall = booking.local_start.isoformat(timespec="minutes")
    return f"{booking.reference}  {booking.provider_id}  {booking.time_zone}  {wall}  {instants}  {what}"


def _utc(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"
