"""Profiles of providers, salons, services and booking links."""
