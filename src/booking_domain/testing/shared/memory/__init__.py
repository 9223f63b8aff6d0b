"""The ports of `booking_domain.shared` in memory."""
