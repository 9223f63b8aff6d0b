"""Search: entries of published providers, what is found by them, and the vocabulary for misspelt words."""
