"""Salons: their hours, their members, and what all of those offer together."""
