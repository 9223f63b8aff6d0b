"""Gift cards: what is on one, buying one, what one has bought."""
