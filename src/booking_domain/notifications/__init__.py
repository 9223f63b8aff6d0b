"""Notifications: messages to people, and the ports that send them."""
