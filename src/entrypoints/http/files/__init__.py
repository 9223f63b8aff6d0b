"""`/uploads`: the caller's files, from announcement to deletion; and the objects of the local storage."""
