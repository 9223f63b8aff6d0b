"""The console: where messages go on a laptop."""
