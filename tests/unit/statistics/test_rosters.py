"""How long a provider is open, by date."""
