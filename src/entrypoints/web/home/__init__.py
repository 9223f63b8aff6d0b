"""`/`: search, and what it finds."""
