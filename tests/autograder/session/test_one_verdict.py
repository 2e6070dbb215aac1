"""A slow and right submission has one verdict on a busy machine; `python -m benchmarks.load` asks it thirty times."""

import json

from benchmarks.load import verdicts


def test_a_slow_submission_has_the_same_verdict_beside_busy_processes():
    busy, _ = verdicts(2, 4)
    alone, _ = verdicts(1, 0)
    assert len({*busy, *alone}) == 1
    verdict = json.loads(alone[0])
    assert verdict["points"] == verdict["max_points"]
