"""Gift cards: prepaid money that pays for bookings, as cards and entries."""
