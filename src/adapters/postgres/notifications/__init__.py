"""Notifications, their messages, and text messages."""
