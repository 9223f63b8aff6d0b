"""Packages: prepaid visits of a customer, their offers and the entries that changed them."""
