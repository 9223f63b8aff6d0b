"""Statistics: figures that agree with the ledger, their definitions as functions over plain rows."""
