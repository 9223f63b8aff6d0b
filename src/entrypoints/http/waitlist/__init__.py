"""The waiting list: wait for a provider's time, and book an offered slot."""
