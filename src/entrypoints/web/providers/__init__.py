"""`/providers`: the page of a provider."""
