"""A worker of a dask cluster for grading: dask's own, kept alive by dask's nanny."""

from __future__ import annotations

import asyncio

from distributed import Nanny

from autograder.errors import AutograderError
from autograder.jail.cores import cores


def serve(scheduler: str, jobs: int | None, memory: str) -> None:
    """Grade for whoever asks through the scheduler, until it ends.

    Args:
        scheduler: its address, as tcp://10.0.0.1:8786; with tls:// certificates are taken from dask's configuration.
        jobs: submissions at a time; one a core by default.
        memory: of the worker's own process, as dask reads it ("4GiB"); the jails have their own bounds.

    Raises:
        AutograderError: the scheduler does not answer.
    """

    async def run() -> None:
        async with Nanny(scheduler, nthreads=jobs or cores(), memory_limit=memory) as nanny:
            await nanny.finished()

    try:
        asyncio.run(run())
    except (TypeError, RuntimeError) as error:  # dask's own, where tls:// has no certificates
        raise AutograderError(
            f"{scheduler}: the worker does not start: {' '.join(str(error).split())[:300]}; certificates for tls:// are"
            " named in dask's configuration (distributed.comm.tls)"
        ) from None
    except (OSError, ValueError) as error:
        raise AutograderError(
            f"the scheduler {scheduler} does not answer: {error}; start it with: dask scheduler"
        ) from None
