"""Uploaded files in the worker: the sweep of their objects."""

from typing import Final

from booking_domain.use_cases.files.commands import sweep_files
from entrypoints.container import Container
from entrypoints.worker.declarations import REMOTE, Enqueue, Job, Sweep, WorkerContext


async def _sweep_files(container: Container) -> None:
    """Delete objects of files that are deleted, rejected, unfinished or unused."""
    await sweep_files(
        reads=container.reads().files,
        executor=container.executor(),
        storage=container.object_storage(),
        clock=container.clock(),
    )


SWEEP_FILES: Final = Job(name="sweep_files", run=_sweep_files, queue=REMOTE)


async def _enqueue_sweep(_: Container, enqueue: Enqueue) -> None:
    await enqueue(SWEEP_FILES.request(once="sweep files", lock="sweep files"))


CONTEXT: Final = WorkerContext(jobs=(SWEEP_FILES,), sweeps=(Sweep("files", _enqueue_sweep),))
