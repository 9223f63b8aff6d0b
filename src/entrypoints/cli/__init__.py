"""The command line: `python -m entrypoints.cli --help`."""
