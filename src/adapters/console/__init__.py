"""Notifiers for development that write messages to files."""
