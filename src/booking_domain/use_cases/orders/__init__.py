"""Orders: made, paid through a gateway, delivered, refunded."""
