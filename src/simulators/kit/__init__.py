"""What the simulators share: state in SQLite, switches, faults, deliveries in the background, a server."""
