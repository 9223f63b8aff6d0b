"""Portfolios of providers."""
