"""The HTTP endpoints of the merchant API v2."""
