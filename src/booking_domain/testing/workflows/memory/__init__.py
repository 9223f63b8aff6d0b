"""The ports of `booking_domain.workflows` in memory."""
