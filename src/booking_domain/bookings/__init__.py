"""Bookings: what a customer and a provider agreed on, its lifecycle, and its audit trail."""
