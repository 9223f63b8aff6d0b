"""What the ports of the domain are in the world: databases, gateways, storage, senders of messages."""
