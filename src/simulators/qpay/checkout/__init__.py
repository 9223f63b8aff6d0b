"""The checkout page on which a developer acts as the customer."""
