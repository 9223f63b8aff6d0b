"""Plans: visits that customers pay for period by period."""
