"""Reviews: one per completed booking, with the provider's reply, and the rating of a provider."""
