"""Search: what providers are found by, how they are ranked, and when they have free time."""
