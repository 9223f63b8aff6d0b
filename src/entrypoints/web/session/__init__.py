"""The session of a browser."""
