"""`/bookings`: the bookings of who is signed in."""
