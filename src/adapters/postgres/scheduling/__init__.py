"""Calendars, claims, external calendars and the waiting list."""
