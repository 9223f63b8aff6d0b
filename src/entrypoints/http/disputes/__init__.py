"""Disputes about bookings, for their parties and for admins."""
