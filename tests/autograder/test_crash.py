"""Nothing is lost in a crash: the campaign of benchmarks/crash.py in short."""

from benchmarks.crash import campaign


def test_after_kills_of_grader_workers_and_jails_all_results_are_those_of_a_run_in_peace(tmp_path):
    killed, rounds = campaign(tmp_path, kills=4, students=6, seed=1)
    assert killed.total() == 4 and rounds >= 1
