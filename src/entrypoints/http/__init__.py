"""The HTTP API: Litestar carries it, msgspec reads and writes its JSON."""
