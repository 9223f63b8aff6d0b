"""Outgoing webhooks: the endpoints of integrators, and the queue and log of deliveries to them."""
