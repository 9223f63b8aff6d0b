"""Programs that only pretend: payment gateways for development and tests."""
