"""Live events: what the platform pushes to clients that are connected, channel by channel."""
