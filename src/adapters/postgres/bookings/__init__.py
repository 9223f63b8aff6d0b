"""Bookings and their audit trail."""
