"""Many machines: the same findings as on one, whatever becomes of the workers on the way. Real dask, on this machine."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from distributed import Client, LocalCluster
from msgspec.structs import replace

from autograder.course.release import load
from autograder.course.repair import repair
from autograder.errors import AutograderError
from autograder.grade import grade
from autograder.jail.sandbox_limits import SandboxLimits
from autograder.model.limits import SessionLimits
from autograder.model.submission import to_submission
from autograder.notebook.reading import parse
from autograder.workers import cluster as clusters
from autograder.workers import course_bundle
from autograder.workers.cluster import Cluster
from autograder.workers.pool import Pool

SESSION_LIMITS = {"ps1": SessionLimits(cell_seconds=4, call_seconds=2, submission_seconds=60)}
SANDBOX_LIMITS = SandboxLimits(memory_bytes=512 << 20)


@pytest.fixture
def submission(tiny):
    release = load(tiny, "ps1")
    return to_submission(repair(parse(release.path.read_bytes(), "ps1"), release), release)


@pytest.fixture(scope="module")
def two_workers():
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster


def on(scheduler):
    return lambda *arguments: Cluster(*arguments, scheduler=scheduler)


def untimed(found):
    return {
        key: item if isinstance(item, AutograderError) else replace(item, seconds=0.0) for key, item in found.items()
    }


def test_finds_what_the_pool_finds(tiny, submission, two_workers):
    with Pool(tiny, SESSION_LIMITS, SANDBOX_LIMITS, jobs=1) as pool:
        [(_, expected)] = pool.grade([(0, submission)])
    with Cluster(tiny, SESSION_LIMITS, SANDBOX_LIMITS, scheduler=two_workers.scheduler_address) as cluster:
        found = dict(cluster.grade((number, submission) for number in range(7)))
    assert untimed(found) == dict.fromkeys(range(7), replace(expected, seconds=0.0))


def test_nothing_stays_on_the_workers(tiny, submission, two_workers):
    with Cluster(tiny, SESSION_LIMITS, SANDBOX_LIMITS, scheduler=two_workers.scheduler_address) as cluster:
        list(cluster.grade([(0, submission)]))
        with Client(two_workers) as client:
            held = client.run(
                lambda dask_worker: [
                    str(item._here.root) for item in dask_worker.plugins.values() if hasattr(item, "_here")
                ]
            )
    folders = [folder for each in held.values() for folder in each]
    assert len(folders) == 2 and not any(os.path.exists(folder) for folder in folders)


def test_starts_a_cluster_of_its_own_and_grades_a_class_as_the_pool_does(classroom):
    for number in range(3):
        classroom.hand_in(f"student-{number}", classroom.with_cell(f"# {number}"))
    first = grade(classroom.root).verdicts
    assert grade(classroom.root, fresh=True, jobs=2, pool_of=Cluster).verdicts == first


def test_a_worker_that_is_killed_loses_nothing(tiny, submission, two_workers):
    with Client(two_workers) as client:
        victim = next(iter(client.run(os.getpid).values()))
    with Cluster(tiny, SESSION_LIMITS, SANDBOX_LIMITS, scheduler=two_workers.scheduler_address) as cluster:
        results = cluster.grade((number, submission) for number in range(20))
        found = dict([next(results)])
        os.kill(victim, signal.SIGKILL)
        found |= results
    assert sorted(found) == list(range(20))
    assert not [item for item in found.values() if isinstance(item, AutograderError)]


def test_a_result_whose_worker_ends_before_it_is_taken_is_found_anew(tiny, submission, monkeypatch):
    take, held = Cluster._take, []

    def killing(self, future, *, alone):
        if not held:
            held.extend(self._client.who_has([future])[future.key])
            os.kill(self._client.run(os.getpid, workers=held)[held[0]], signal.SIGKILL)
            while future.status == "finished":
                time.sleep(0.01)
        return take(self, future, alone=alone)

    monkeypatch.setattr(Cluster, "_take", killing)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as machines,
        Cluster(tiny, SESSION_LIMITS, SANDBOX_LIMITS, scheduler=machines.scheduler_address) as cluster,
    ):
        found = dict(cluster.grade((number, submission) for number in range(4)))
    assert held and [getattr(found[number], "problem_set", found[number]) for number in range(4)] == ["ps1"] * 4


def test_a_submission_that_ends_every_worker_it_meets_is_named_and_the_rest_goes_on(tiny, submission, monkeypatch):
    real = clusters._grade

    def deadly(plugin, data):
        if b"poison" in data:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(plugin, data)

    monkeypatch.setattr(clusters, "_grade", deadly)
    poisoned = clusters.Submission(submission.problem_set, submission.cells, submission.exercises, ["poison"])
    with Cluster(tiny, SESSION_LIMITS, SANDBOX_LIMITS, jobs=1) as cluster:
        found = dict(cluster.grade([("a", submission), ("poisoned", poisoned), ("b", submission)]))
    assert "3 workers of the cluster died while grading it" in str(found["poisoned"])
    found = untimed(found)
    assert found["a"] == found["b"] and not isinstance(found["a"], AutograderError)


def test_a_cluster_of_our_own_whose_worker_does_not_come_back_starts_another(tiny, submission, monkeypatch):
    monkeypatch.setattr(clusters, "_LOST_SECONDS", 1)
    with Cluster(tiny, SESSION_LIMITS, SANDBOX_LIMITS, jobs=1) as cluster:
        cluster._own.scale(0)
        while cluster._client.nthreads():
            time.sleep(0.05)
        found = dict(cluster.grade([("a", submission)]))
    assert found["a"].problem_set == "ps1"


def test_a_result_that_is_lost_with_the_only_worker_is_found_by_another(tiny, submission, monkeypatch):
    monkeypatch.setattr(clusters, "_LOST_SECONDS", 10)  # longer than a worker takes to start
    with Cluster(tiny, SESSION_LIMITS, SANDBOX_LIMITS, jobs=1) as cluster:
        real = cluster._take

        def lost(future, **how):
            cluster._own.scale(0)
            while cluster._client.nthreads():
                time.sleep(0.05)
            monkeypatch.setattr(cluster, "_take", real)
            return real(future, **how)

        monkeypatch.setattr(cluster, "_take", lost)
        found = dict(cluster.grade([("a", submission)]))
    assert found["a"].problem_set == "ps1"


def test_a_machine_with_another_version_refuses(tiny, two_workers, monkeypatch):
    monkeypatch.setattr(clusters.cache_keys, "engine", lambda: b"another")
    with pytest.raises(AutograderError, match="another version of autograder, Python or a package"):
        Cluster(tiny, SESSION_LIMITS, SANDBOX_LIMITS, scheduler=two_workers.scheduler_address).__enter__()


def test_what_is_no_bytes_is_no_answer(tiny, submission, two_workers, monkeypatch):
    monkeypatch.setattr(clusters, "_grade", lambda plugin, data: {"points": 10})
    with Cluster(tiny, SESSION_LIMITS, SANDBOX_LIMITS, scheduler=two_workers.scheduler_address) as cluster:
        [(_, found)] = cluster.grade([(0, submission)])
    assert "a reply of an unknown type" in str(found)


def test_checks_that_do_not_load_end_the_run_with_their_reason(tiny, submission, two_workers):
    (tiny / "tests/hidden/ps1/test_scale.py").write_text("import nothing_of_that_name")
    with (
        pytest.raises(AutograderError, match=r"in a row.*nothing_of_that_name"),
        Cluster(tiny, SESSION_LIMITS, SANDBOX_LIMITS, scheduler=two_workers.scheduler_address) as cluster,
    ):
        list(cluster.grade((number, submission) for number in range(9)))


def test_a_scheduler_that_does_not_answer_is_named(tiny, monkeypatch):
    monkeypatch.setattr(clusters, "_CONNECT_SECONDS", 1)
    with pytest.raises(AutograderError, match=r"tcp://127\.0\.0\.1:9.*does not answer"):
        Cluster(tiny, SESSION_LIMITS, SANDBOX_LIMITS, scheduler="tcp://127.0.0.1:9").__enter__()


def test_a_packed_course_leads_nowhere_else(tmp_path):
    for name in ("../out.py", "/out.py", "tests/../../out.py"):
        with pytest.raises(AutograderError, match="is outside the"):
            course_bundle.unpack(clusters.msgspec.msgpack.encode({name: b""}), tmp_path / "course")
    assert not list(tmp_path.rglob("*.py"))


def test_the_packed_course_holds_no_submission_and_no_gradebook(graded_tiny):
    names = set(clusters.msgspec.msgpack.decode(course_bundle.pack(graded_tiny, ["ps1"])))
    assert {name.split("/")[0] for name in names} <= {"assignments", "tests", "solutions", "conftest.py"}
    assert course_bundle.pack(graded_tiny, ["ps1"]) == course_bundle.pack(graded_tiny, ["ps1"])


@pytest.fixture
def graded_tiny(classroom):
    classroom.hand_in("ada", classroom.notebook())
    grade(classroom.root)
    return classroom.root


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl here to make a certificate")
def test_the_command_worker_and_tls(classroom, tmp_path):
    """Scheduler, worker and grader as three commands, each with the certificate that dask's configuration names."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout".split(),
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    settings = {"DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(certificate)}
    for role in ("CLIENT", "SCHEDULER", "WORKER"):
        settings |= {f"DASK_DISTRIBUTED__COMM__TLS__{role}__CERT": str(certificate)}
        settings |= {f"DASK_DISTRIBUTED__COMM__TLS__{role}__KEY": str(key)}
    environment = {**os.environ, **settings}
    file = tmp_path / "scheduler.json"
    written = ["--scheduler-file", file]
    scheduler = subprocess.Popen(
        [
            sys.executable,
            *"-m dask scheduler --protocol tls --host 127.0.0.1 --port 0 --no-dashboard".split(),
            *written,
        ],
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    running = [scheduler]
    try:
        ends = time.monotonic() + 60
        while not file.exists() and time.monotonic() < ends:
            time.sleep(0.1)
        time.sleep(0.5)
        address = json.loads(file.read_text())["address"]
        assert address.startswith("tls://")
        ours = [sys.executable, "-m", "autograder.cli"]
        running.append(
            subprocess.Popen([*ours, "worker", address, "--jobs", "1"], env=environment, stderr=subprocess.DEVNULL)
        )
        classroom.hand_in("ada", classroom.notebook())
        command = [*ours, "-C", classroom.root, "grade", "--scheduler", address, "--json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["verdicts"][0]["points"] == 10
        bare = subprocess.run(command, capture_output=True, text=True, timeout=180)
        assert bare.returncode == 2 and "does not answer" in bare.stderr and "Traceback" not in bare.stderr
        bare = subprocess.run([*ours, "worker", address, "--jobs", "1"], capture_output=True, text=True, timeout=180)
        assert bare.returncode == 2 and "certificates for tls://" in bare.stderr
        assert len(bare.stderr.splitlines()) == 1, bare.stderr
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(30)
