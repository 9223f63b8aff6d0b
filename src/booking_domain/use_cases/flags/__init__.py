"""Use cases and queries of feature flags."""
