"""The HTTP API: Litestar for routing, msgspec for JSON."""
