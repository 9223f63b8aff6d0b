"""`make bench`: the slots first, then the bookings; each also runs alone."""

from benchmarks import bookings, slots

if __name__ == "__main__":
    bookings.run(before=slots.main)
