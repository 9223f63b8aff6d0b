"""The salon as a whole: its day and its takings, for its manager and admins."""
