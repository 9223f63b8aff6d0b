"""Portfolios: what providers show of their work."""
