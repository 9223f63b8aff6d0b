"""The ports of `booking_domain.catalogue` in memory."""
