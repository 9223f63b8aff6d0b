"""Notifications: what people are told, and the port that tells them."""
