"""The merchant API v2 over HTTP: its requests, its answers, its refusals."""
