"""Registration, sign-in, sessions, second factors, contacts."""
