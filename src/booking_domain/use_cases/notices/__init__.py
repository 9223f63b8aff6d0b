"""What the messages of all features have in common: whom to notify, and what a booking's message says."""
