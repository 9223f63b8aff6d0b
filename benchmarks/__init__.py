"""Slots beside plain integers and an interval library; `POST /bookings` beside a bare application with the same SQL."""
