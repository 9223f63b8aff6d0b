"""Use cases of calendars, external calendars, holds and the waiting list."""
