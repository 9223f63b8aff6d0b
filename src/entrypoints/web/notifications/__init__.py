"""Notifications: what somebody was told, and the devices that show it."""
