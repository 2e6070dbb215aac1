"""Submissions that arrive with a deadline's peak, waiting for workers that are given: a queue, worked out on paper."""

from __future__ import annotations

import heapq
import random
from collections.abc import Sequence

HOURS_BEFORE = 18.0
"""The mean of an exponential distribution: three quarters of a class hand in on the last day, one in twenty in the last
hour."""
LONGEST = 14 * 24.0


def before_deadline(count: int, chance: random.Random) -> list[float]:
    """When submissions arrive, in hours before the deadline, the first ones first."""
    return sorted((min(chance.expovariate(1 / HOURS_BEFORE), LONGEST) for _ in range(count)), reverse=True)


def waits(arrivals: Sequence[float], service: Sequence[float], workers: int) -> list[float]:
    """Seconds from each submission's arrival to its result, first come first served (an M/G/n queue).

    Args:
        arrivals: seconds, ascending.
        service: seconds that grading one takes a worker.
        workers: how many there are.
    """
    free = [0.0] * workers
    found = []
    for arrival, takes in zip(arrivals, service, strict=True):
        done = max(arrival, heapq.heappop(free)) + takes
        heapq.heappush(free, done)
        found.append(done - arrival)
    return found
