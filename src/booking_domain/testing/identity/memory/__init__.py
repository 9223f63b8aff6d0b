"""The ports of `booking_domain.identity` in memory."""
