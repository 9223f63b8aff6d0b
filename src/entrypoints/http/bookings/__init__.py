"""Bookings: place, list, show and change them."""
