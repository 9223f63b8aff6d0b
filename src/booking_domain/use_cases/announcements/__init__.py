"""Announcements of the platform."""
