"""Hypothesis strategies for calendars, claims, time zones and questions about slots."""
