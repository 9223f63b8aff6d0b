"""Usage: what people and programs do with the platform, counted by day."""
