"""What several adapters share: checked destinations, signatures, sandboxes, circuit breakers, zone data."""
