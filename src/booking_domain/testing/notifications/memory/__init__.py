"""The ports of `booking_domain.notifications` in memory."""
