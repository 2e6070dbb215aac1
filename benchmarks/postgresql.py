"""A PostgreSQL server for tests and benchmarks alone: in a folder of its own, with a socket and a port of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text

PASSWORD = "a-secret-nobody-may-read"


def programs() -> Path | None:
    """Where the newest server's programs are, if there is one: apt-get install postgresql."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def running(where: Path) -> Iterator[Server]:
    """A server of the programs in `where`, gone with all its databases at the end."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = Server(Path(folder), where)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Server:
    """It can be stopped and started again; every database is a new one.

    Over its socket it trusts everybody, over TCP it asks for the password.
    """

    def __init__(self, folder: Path, where: Path) -> None:
        self.folder, self.programs = folder, where
        self.count = 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        (folder / "password").write_text(PASSWORD)
        self.user: list[str] = []
        if os.geteuid() == 0:  # the server refuses to run as root
            self.user = ["runuser", "-u", "postgres", "--"]
            for path in (folder, folder / "password"):
                shutil.chown(path, "postgres", "postgres")
        self.run(
            "initdb",
            *(f"--pgdata={folder}/data", "--username=ta", f"--pwfile={folder}/password", "--no-sync"),
            *("--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"),
        )

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs."""
        done = subprocess.run(
            [*self.user, self.programs / program, *arguments],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-F -k {self.folder} -p {self.port} -c listen_addresses=127.0.0.1"
        self.run("pg_ctl", "start", "-w", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-o", options)

    def stop(self) -> None:
        """Stop it at once, as when the power goes."""
        self.run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", f"{self.folder}/data")

    def url(self, name: str) -> str:
        """A database's, over the socket."""
        return f"postgresql+psycopg://ta@/{name}?host={self.folder}&port={self.port}"

    def over_tcp(self, name: str) -> str:
        """A database's, over TCP."""
        return f"postgresql+psycopg://ta@127.0.0.1:{self.port}/{name}"

    def database(self) -> str:
        """The name of a new one."""
        self.count += 1
        name = f"course{self.count}"
        engine = create_engine(self.url("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"create database {name}"))
        return name
