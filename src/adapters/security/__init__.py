"""Hashing, tokens, randomness and the system's clock."""
