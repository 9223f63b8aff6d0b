"""The measured path, `POST /bookings`, beside a bare ASGI application that runs the same SQL."""
