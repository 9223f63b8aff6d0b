"""`/account/authenticator` and what else makes signing in safer or easier."""
