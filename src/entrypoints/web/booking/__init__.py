"""`/book`: from a provider to a booking."""
