"""Bookings as calendar entries."""

from dataclasses import replace

import pytest

from booking_domain.bookings.transitions import CLAIMS_TIME, Status
from booking_domain.testing.bookings.strategies import A_BOOKING, HOUR, MADE, NOON, a_booking
from booking_domain.use_cases.calendars.files import EntryStatus, entry_of

STATUSES = {
    Status.REQUESTED: "TENTATIVE",
    Status.PENDING: "TENTATIVE",
    Status.CONFIRMED: "CONFIRMED",
    Status.COMPLETED: "CONFIRMED",
    Status.NO_SHOW: "CONFIRMED",
    Status.DISPUTED: "CONFIRMED",
    Status.CANCELLED: "CANCELLED",
    Status.EXPIRED: "CANCELLED",
}


@pytest.mark.parametrize("status", Status)
def test_the_entry_status_follows_the_booking_status(status: Status) -> None:
    entry = entry_of(a_booking(status), summary="Tattoo")
    assert entry.status == STATUSES[status]
    assert (entry.status is not EntryStatus.CANCELLED) is CLAIMS_TIME[status]


def test_a_dispute_does_not_bring_a_cancelled_booking_back() -> None:
    disputed = replace(a_booking(Status.DISPUTED), disputed_from=Status.CANCELLED)
    assert entry_of(disputed, summary="Tattoo").status is EntryStatus.CANCELLED


def test_an_entry_excludes_the_buffers() -> None:
    entry = entry_of(A_BOOKING, summary="Tattoo", location="Peace Avenue 1", description="A dragon")
    assert (entry.start, entry.end) == (NOON, NOON + HOUR)
    assert (entry.summary, entry.location, entry.description) == ("Tattoo", "Peace Avenue 1", "A dragon")
    assert (entry.created, entry.last_modified) == (MADE, MADE)


def test_a_changed_booking_keeps_its_uid_and_increments_the_sequence() -> None:
    first = entry_of(A_BOOKING, summary="Tattoo")
    changed = entry_of(replace(A_BOOKING, version=4, updated_at=MADE + HOUR), summary="Tattoo")
    assert first.uid == changed.uid == "00000000-0000-0000-0000-000000000006@booking"
    assert (first.sequence, changed.sequence) == (0, 3)
    assert (changed.created, changed.last_modified) == (MADE, MADE + HOUR)
