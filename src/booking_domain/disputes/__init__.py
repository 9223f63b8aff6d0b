"""Disputes: one party of a booking, or an admin for it, asks the platform to decide."""
