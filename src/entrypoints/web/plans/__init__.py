"""Plans: what places offer, taking one, and pausing, resuming and ending one's own."""
