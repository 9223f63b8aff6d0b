"""Feature flags: what is shown to some people before it is shown to all."""
