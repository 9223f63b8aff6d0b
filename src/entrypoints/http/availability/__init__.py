"""Availability: weekly rules, exceptions and slot settings."""
