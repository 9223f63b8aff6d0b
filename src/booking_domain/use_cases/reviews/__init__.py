"""Reviews of providers."""
