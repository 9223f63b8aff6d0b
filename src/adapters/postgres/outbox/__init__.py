"""Domain events on their way out."""
