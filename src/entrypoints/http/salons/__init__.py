"""Salons: their hours, members, and the slots of all members."""
