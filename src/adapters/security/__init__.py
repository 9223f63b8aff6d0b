"""Hashing, encryption, tokens, randomness and the system clock."""
