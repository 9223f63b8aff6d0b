"""Services of providers and salons, and what members of a salon offer."""
