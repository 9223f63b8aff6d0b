"""Implementations of the domain's ports: databases, gateways, storage, senders of messages."""
