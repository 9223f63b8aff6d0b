"""Favourites: the providers that a user saves."""
