"""The entry points of the platform: the HTTP API, the worker, the command line."""
