"""QPay, the payment gateway of Mongolia (merchant API v2)."""
