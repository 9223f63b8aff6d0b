"""The process of `computers`: reads computations from stdin, and writes their results to stdout."""

import os
import signal
import sys
from typing import Final

from entrypoints.http.kit.computers import LENGTH_BYTES, answer_of
from entrypoints.processes import die_with_parent

_NICENESS: Final = 5
"""The event loop goes first where processors are scarce."""


def main() -> None:
    """Compute until stdin is closed."""
    die_with_parent(signal.SIGKILL, int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    os.nice(_NICENESS)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while head := requests.read(LENGTH_BYTES):
        answer = answer_of(requests.read(int.from_bytes(head)))
        answers.write(len(answer).to_bytes(LENGTH_BYTES) + answer)
        answers.flush()


if __name__ == "__main__":
    main()
