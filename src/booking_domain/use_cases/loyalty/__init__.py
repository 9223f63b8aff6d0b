"""Loyalty points: accounts that customers earn and spend from, as lots and entries."""
