"""What browsers show without a network."""
