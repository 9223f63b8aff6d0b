"""`/join`: the invitations of salons to providers, by link and by contact."""
