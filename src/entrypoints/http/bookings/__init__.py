"""Bookings: place, list, look at and move them."""
