"""Holds: a slot kept for a customer during the checkout."""
