"""The customers of a provider or of a salon, and private notes on them."""
