"""Counting what is booked and paid, and showing the figures."""
