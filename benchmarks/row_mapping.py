"""Row mapping: the row codec against the mapper of the waiting list that was written by hand.

    PYTHONPATH=src python -m benchmarks.row_mapping

Prints the microseconds per row of each and the ratio (below 1: the codec is faster); asserts nothing.
"""

import sys
from collections.abc import Callable
from timeit import repeat
from typing import Any, Final

from adapters.postgres.kit.work import Row
from adapters.postgres.scheduling.tables import waiting_list
from adapters.postgres.scheduling.waiting_list import WAITING
from booking_domain.scheduling.waiting import Waiting, WaitingStatus
from booking_domain.shared.ids import ProviderId, UserId, WaitingId
from booking_domain.shared.time import TimeRange
from booking_domain.testing.builders import HOUR, TOMORROW, Builder

ROUNDS: Final = 20_000
REPEATS: Final = 9


def read_by_hand(row: Row) -> Waiting:
    """Map a row as the adapter did before the codec."""
    r: dict[str, Any] = dict(zip(waiting_list.c.keys(), row, strict=True))
    return Waiting(
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


def read_unpacked(row: Row) -> Waiting:
    """Map a row by hand in the fastest style: unpack the tuple."""
    id_, provider_id, customer_id, start, end, duration_minutes, status, offered_start, offered_until, created_at = row
    return Waiting(
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


def write_by_hand(waiting: Waiting) -> dict[str, Any]:
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


def best(function: Callable[[Any], object], argument: object) -> float:
    """The best time of one call, in microseconds."""
    return min(repeat(lambda: function(argument), number=ROUNDS, repeat=REPEATS)) / ROUNDS * 1e6


def main() -> None:
    """Print the comparison."""
    make = Builder()
    owner = make.user()
    waiting = make.waiting(make.profile(owner), make.user(), TimeRange(TOMORROW, TOMORROW + HOUR))
    row = tuple(WAITING.write(waiting).values())
    codec_read, codec_write = best(WAITING.read, row), best(WAITING.write, waiting)
    for name, codec, by_hand in (
        ("read, against the former mapper", codec_read, best(read_by_hand, row)),
        ("read, against tuple unpacking by hand", codec_read, best(read_unpacked, row)),
        ("write, against a dict by hand", codec_write, best(write_by_hand, waiting)),
    ):
        sys.stdout.write(f"{name}: {codec:.2f} µs / {by_hand:.2f} µs = {codec / by_hand:.2f}\n")


if __name__ == "__main__":
    main()
