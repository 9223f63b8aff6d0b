"""The shared kernel: ids, money, time, errors, lifecycles, and what runs a use case."""
