"""The ports of `booking_domain.payments` in memory."""
