"""The shared kernel: ids, money, time, errors, lifecycles, events and the executor of use cases."""
