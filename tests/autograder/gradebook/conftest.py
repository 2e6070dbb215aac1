"""A PostgreSQL server for the tests alone: in a folder of its own, with a socket and a port of its own."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from autograder.gradebook.formgrader import LINES

PASSWORD = "a-secret-nobody-may-read"


class Server:
    """It can be stopped and started again; every database is a new one.

    Over its socket it trusts everybody, over TCP it asks for the password.
    """

    def __init__(self, folder, programs):
        self.folder, self.programs = folder, programs
        self.count = 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        (folder / "password").write_text(PASSWORD)
        self.user = []
        if os.geteuid() == 0:  # the server refuses to run as root
            self.user = ["runuser", "-u", "postgres", "--"]
            for path in (folder, folder / "password"):
                shutil.chown(path, "postgres", "postgres")
        self.run(
            "initdb",
            *(f"--pgdata={folder}/data", "--username=ta", f"--pwfile={folder}/password", "--no-sync"),
            *("--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"),
        )

    def run(self, program, *arguments):
        done = subprocess.run(
            [*self.user, self.programs / program, *arguments],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert done.returncode == 0, done.stderr

    def start(self):
        options = f"-F -k {self.folder} -p {self.port} -c listen_addresses=127.0.0.1"
        self.run("pg_ctl", "start", "-w", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-o", options)

    def stop(self):
        self.run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", f"{self.folder}/data")

    def url(self, name):
        return f"postgresql+psycopg://ta@/{name}?host={self.folder}&port={self.port}"

    def over_tcp(self, name):
        return f"postgresql+psycopg://ta@127.0.0.1:{self.port}/{name}"

    def database(self):
        """The name of a new one."""
        self.count += 1
        name = f"course{self.count}"
        engine = create_engine(self.url("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"create database {name}"))
        return name


@pytest.fixture(scope="session")
def postgresql():
    """A running server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = Server(Path(folder), found[-1].parent)
        server.start()
        yield server
        server.stop()


def use(root, url):
    """Let a course have another gradebook."""
    path = root / "course.yml"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("gradebook:")]
    path.write_text("\n".join([*lines, f"gradebook: {url}"]) + "\n")
    (root / "nbgrader_config.py").write_text("\n".join(LINES))
    return url


@pytest.fixture
def on_postgresql(postgresql):
    """Gives a course an empty PostgreSQL database: `on_postgresql(root)`, its url."""
    return lambda root: use(root, postgresql.url(postgresql.database()))
