"""Waiting, and how long something takes, on a machine that may be busy."""

import math
import time


def wait_for(condition, seconds=180):
    """Until it is true; a deadline that only what never happens reaches."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def quickest(act, limit, tries=20):
    """Its least seconds in some tries, the first below the limit ends them: what is slow is slow in all of them."""
    best = math.inf
    for _ in range(tries):
        start = time.monotonic()
        act()
        best = min(best, time.monotonic() - start)
        if best < limit:
            break
    return best


def crowding():
    """How many times longer something takes here than the processor works for it: 1 where nothing else runs."""
    start, worked = time.monotonic(), time.process_time()
    while time.process_time() - worked < 0.3:
        pass
    return max(1.0, (time.monotonic() - start) / 0.3)
