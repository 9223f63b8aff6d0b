"""`/saved`: the providers that somebody has saved."""
