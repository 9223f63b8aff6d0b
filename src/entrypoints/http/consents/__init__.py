"""Consents: customers let a provider place bookings for them."""
