"""Plans: offered, paused, resumed, ended, and paid for by orders."""
