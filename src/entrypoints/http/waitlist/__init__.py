"""The waiting list: wait for a provider's time, and book what is offered."""
