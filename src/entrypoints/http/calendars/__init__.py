"""Calendar export: single bookings as iCalendar files, and whole calendars at secret addresses."""
