"""What both sides of a booking write about it, with pictures."""
