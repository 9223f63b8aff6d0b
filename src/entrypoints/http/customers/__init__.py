"""Customers of providers and salons, and notes on them."""
