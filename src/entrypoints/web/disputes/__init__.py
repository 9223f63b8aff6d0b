"""`/bookings/{id}/dispute`: the dispute about a booking, for both of its parties."""
