"""Telegram: what it signs about those who come from it."""
