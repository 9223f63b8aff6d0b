"""Outgoing webhooks over HTTP, signed as Standard Webhooks."""
