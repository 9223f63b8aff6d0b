"""The pages of the platform for people with a browser."""
