"""Waiting for what comes about by itself."""

import time

PATIENCE = 120  # A relay's lease is 40 seconds, and machines are slow.


def wait_for(what, condition, seconds=PATIENCE):
    """What `condition` gives as soon as that is something."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.05)
    return found
