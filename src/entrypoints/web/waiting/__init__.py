"""`/book/{provider}/wait` and `/waiting`: the waiting list."""
