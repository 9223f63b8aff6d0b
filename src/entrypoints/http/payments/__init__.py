"""Payments, and the gateway's callback."""
