"""Notifications and the devices that show them."""
