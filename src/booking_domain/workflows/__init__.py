"""Use cases in which several contexts meet in one database transaction."""
