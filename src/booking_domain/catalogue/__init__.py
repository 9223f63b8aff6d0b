"""The catalogue: who offers appointments, as customers see it."""
