"""Announcements: what the platform tells everybody, or all of a role, for a time."""
