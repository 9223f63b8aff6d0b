"""Row mapping: the row codec against the mapper of the waiting list that was written by hand.

    PYTHONPATH=src python -m benchmarks.row_mapping

Prints the microseconds per row of each and the ratio (below 1: the codec is faster); asserts nothing.
"""

import sys
from collections.abc import Callable, Sequence
from math import inf
from time import perf_counter
from typing import Any, Final

from adapters.postgres.kit.work import Row
from adapters.postgres.scheduling.tables import waiting_list
from adapters.postgres.scheduling.waiting_list import WAITING
from booking_domain.scheduling.waiting import WaitingStatus
from booking_domain.scheduling.waiting_list import WaitingListEntry
from booking_domain.shared.ids import ProviderId, UserId, WaitingId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, TOMORROW, Builder

ROUNDS: Final = 3_000
CALLS: Final = 50


def read_by_hand(row: Row) -> WaitingListEntry:
    """Map a row as the adapter did before the codec."""
    r: dict[str, Any] = dict(zip(waiting_list.c.keys(), row, strict=True))
    return WaitingListEntry(
        id=WaitingId(r["id"]),
        provider_id=ProviderId(r["provider_id"]),
        customer_id=UserId(r["customer_id"]),
        window=TimeRange(r["waits_from"], r["waits_until"]),
        duration_minutes=r["duration_minutes"],
        status=WaitingStatus(r["status"]),
        offered_start=r["offered_start"],
        offered_until=r["offered_until"],
        created_at=r["created_at"],
    )


def read_unpacked(row: Row) -> WaitingListEntry:
    """Map a row by hand in the fastest style: unpack the tuple."""
    id_, provider_id, customer_id, start, end, duration_minutes, status, offered_start, offered_until, created_at = row
    return WaitingListEntry(
        id=WaitingId(id_),
        provider_id=ProviderId(provider_id),
        customer_id=UserId(customer_id),
        window=TimeRange(start, end),
        duration_minutes=duration_minutes,
        status=WaitingStatus(status),
        offered_start=offered_start,
        offered_until=offered_until,
        created_at=created_at,
    )


def write_by_hand(waiting: WaitingListEntry) -> dict[str, Any]:
    """Return a row's values as the adapter did before the codec."""
    return {
        "id": waiting.id,
        "provider_id": waiting.provider_id,
        "customer_id": waiting.customer_id,
        "waits_from": waiting.window.start,
        "waits_until": waiting.window.end,
        "duration_minutes": waiting.duration_minutes,
        "status": waiting.status.value,
        "offered_start": waiting.offered_start,
        "offered_until": waiting.offered_until,
        "created_at": waiting.created_at,
    }


def best(functions: Sequence[Callable[[Any], object]], argument: object) -> list[float]:
    """The best time of one call of each, in microseconds of this process; the rounds take turns, so noise hits all."""
    found = [inf] * len(functions)
    for _ in range(ROUNDS):
        for number, function in enumerate(functions):
            began = perf_counter()
            for _ in range(CALLS):
                function(argument)
            found[number] = min(found[number], perf_counter() - began)
    return [each / CALLS * 1e6 for each in found]


def main() -> None:
    """Print the comparison."""
    make = Builder()
    owner = make.user()
    waiting = make.waiting(make.profile(owner), make.user(), TimeRange(TOMORROW, TOMORROW + HOUR))
    written = write_by_hand(waiting)
    row = tuple(written[column.name] for column in WAITING.columns)
    codec, former, unpacked = best((WAITING.read, read_by_hand, read_unpacked), row)
    codec_write, former_write = best((WAITING.write, write_by_hand), waiting)
    for name, this, other in (
        ("read, against the former mapper", codec, former),
        ("read, against tuple unpacking by hand", codec, unpacked),
        ("write, against a dict by hand", codec_write, former_write),
    ):
        sys.stdout.write(f"{name}: {this:.2f} µs / {other:.2f} µs = {this / other:.2f}\n")


if __name__ == "__main__":
    main()
