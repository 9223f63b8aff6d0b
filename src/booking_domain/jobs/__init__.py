"""Jobs of the worker that failed too often: they are parked, repeated after growing pauses, and then given up."""
