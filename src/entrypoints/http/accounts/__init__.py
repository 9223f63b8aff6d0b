"""Accounts: register, log in, stay signed in."""
