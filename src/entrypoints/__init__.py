"""What starts the platform: the HTTP API, the worker, the command line."""
