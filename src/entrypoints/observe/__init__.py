"""What operators see of a running process: metrics, traces, error reports, slow statements."""
