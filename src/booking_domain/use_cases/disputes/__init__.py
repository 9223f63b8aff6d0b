"""Disputes about bookings."""
