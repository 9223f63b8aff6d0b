"""Jobs of the worker that were parked."""
