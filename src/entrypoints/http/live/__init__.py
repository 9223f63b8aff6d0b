"""Live events over HTTP: the hub of a process, and its streams."""
