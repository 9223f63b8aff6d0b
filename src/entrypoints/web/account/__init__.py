"""`/account`: who is signed in, what they are told of, where they are signed in, and what they take away."""
