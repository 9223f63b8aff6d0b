"""What a provider, or a manager for a salon, gives customers: promotions, loyalty points, packages and plans."""
