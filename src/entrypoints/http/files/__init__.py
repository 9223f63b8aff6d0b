"""`/uploads`: files of the caller, from the announcement to the deletion; and the objects of the local storage."""
