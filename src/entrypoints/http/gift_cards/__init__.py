"""Gift cards, for their sellers, for who pays with them, and for admins."""
