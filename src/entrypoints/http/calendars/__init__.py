"""Calendars out: bookings as iCalendar files, one by one and behind secret addresses."""
