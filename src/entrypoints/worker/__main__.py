"""`python -m entrypoints.worker`."""

from entrypoints.worker.main import main

main()
