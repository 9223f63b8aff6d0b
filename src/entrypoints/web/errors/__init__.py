"""What stands in place of a page that cannot be shown."""
