"""What can be done with calendars and holds."""
