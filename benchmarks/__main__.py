"""`make bench`: runs the slot benchmark, then the booking benchmark; each also runs alone."""

from benchmarks import bookings, slots

if __name__ == "__main__":
    bookings.run(before=slots.main)
