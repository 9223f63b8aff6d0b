"""The ports of `booking_domain.scheduling` in memory."""
