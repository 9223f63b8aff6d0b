"""Accounts, sessions and everything that signs a user in."""
