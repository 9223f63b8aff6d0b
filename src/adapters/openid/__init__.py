"""Signing in with services by OpenID Connect."""
