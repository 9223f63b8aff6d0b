"""Favourites of users."""
