"""Accounts, signing in, sessions.

`sign_in` and `own_account` are the functions that entry points call; `queries` are the reads with their authorisation.
"""
