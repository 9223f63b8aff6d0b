"""The account of the access token."""
