"""All components with their examples, for those who build pages; in development."""
