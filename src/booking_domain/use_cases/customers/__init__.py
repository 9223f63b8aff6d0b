"""Customers of a provider or salon."""
