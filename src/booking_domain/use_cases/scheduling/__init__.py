"""Calendars, holds, waiting lists and imported feeds."""
