"""Accounts, sessions, signing in, one-time codes, passwords, second factors and external identities."""
