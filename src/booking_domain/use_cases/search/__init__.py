"""Search: keep what providers are found by, search, and suggest."""
