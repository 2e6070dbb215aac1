"""Runs a dask worker for grading, which dask's nanny restarts if it dies."""

from __future__ import annotations

import asyncio
import logging

from distributed import Nanny

from autograder.errors import AutograderError
from autograder.jail.cores import cores


def serve(scheduler: str, jobs: int | None, memory: str) -> None:
    """Grade for the clients of a scheduler, until the scheduler ends.

    Args:
        scheduler: the scheduler's address, such as tcp://10.0.0.1:8786; certificates for tls:// are taken from dask's
            configuration.
        jobs: the number of submissions at a time; by default one per core.
        memory: the memory limit of the worker's process in dask's format ("4GiB"); the jails have their own limits.

    Raises:
        AutograderError: the scheduler does not answer, or the worker does not start.
    """

    logging.getLogger("distributed.nanny").setLevel(logging.WARNING)  # our own message reports a failed start

    async def run() -> None:
        async with Nanny(scheduler, nthreads=jobs or cores(), memory_limit=memory) as nanny:
            await nanny.finished()

    try:
        asyncio.run(run())
    except (TypeError, RuntimeError) as error:  # raised by dask for tls:// without certificates
        raise AutograderError(
            "{scheduler}: the worker does not start: {error}; set certificates for tls:// in dask's"
            " configuration (distributed.comm.tls)",
            scheduler=scheduler,
            error=" ".join(str(error).split())[:300],
        ) from None
    except (OSError, ValueError) as error:
        raise AutograderError(
            "the scheduler {scheduler} does not answer: {error}; start it with: dask scheduler",
            scheduler=scheduler,
            error=error,
        ) from None
