"""The ports of `booking_domain.bookings` in memory."""
