"""The settings of all processes, read from environment variables."""
