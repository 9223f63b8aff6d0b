"""The ports of `booking_domain.use_cases` in memory."""
