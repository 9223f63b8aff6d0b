"""Accounts, sessions, signing in, one-time codes, passwords, second factors and external identities.

`sign_in` and `own_account` are the functions that entry points call; `queries` are the reads with their authorisation.
"""
