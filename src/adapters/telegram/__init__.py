"""Telegram sign-in: verification of the data that Telegram signs."""
