"""Asks `tests/worker_server.py`, whose address is the first argument, for a worker, and ends with it."""

import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[1])
    socket.send_fds(connection, [b"1"], [0, 1, 2])
    for stream in (0, 1):
        os.close(stream)
    connection.recv(1)  # at the end of the worker
