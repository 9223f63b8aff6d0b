"""Bookings: placed, answered, moved, cancelled, completed."""
