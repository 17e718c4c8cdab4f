"""A disk that fails on demand for one process: tests/faults/fault_preload.c, which HEIRLOOM_FAULTS names."""

import errno
import os
import struct
import tempfile

WRITE, SYNC, OPEN, RENAME, TRUNCATE = 1, 2, 4, 8, 16
ANY = WRITE | SYNC | OPEN | RENAME | TRUNCATE
FORMAT = struct.Struct("=6Q")  # seen, fail_at, lasting, error, failed, calls


class FaultyDisk:
    """Calls on files whose path contains `path`; none of them fails until it is armed."""

    def __init__(self, path, calls=ANY):
        handle, self.control = tempfile.mkstemp(prefix="heirloom-fault-")
        os.close(handle)
        self.calls = calls
        self._write(0, 0, 0, 0, 0, calls)
        self.environment = {
            "LD_PRELOAD": os.environ["HEIRLOOM_FAULTS"],
            "HEIRLOOM_FAULT_CONTROL": self.control,
            "HEIRLOOM_FAULT_PATH": path,
        }

    def _write(self, *values):
        # In place: it is mapped.
        with open(self.control, "r+b") as file:
            file.write(FORMAT.pack(*values))

    def _read(self):
        with open(self.control, "rb") as file:
            return FORMAT.unpack(file.read(FORMAT.size))

    def arm(self, at, error=errno.EIO, lasting=False):
        """The at-th call from now on fails, counted from 1."""
        self._write(0, at, int(lasting), error, 0, self.calls)

    def disarm(self):
        """Counts from here, and nothing fails."""
        self._write(0, 0, 0, 0, 0, self.calls)

    @property
    def seen(self):
        return self._read()[0]

    @property
    def failed(self):
        return self._read()[4]

    def remove(self):
        os.unlink(self.control)


def steps(last, most=None):
    """Numbers from 1 to `last`: evenly sampled, unless HEIRLOOM_FAULT_STEPS says how many, or "all"."""
    wanted = os.environ.get("HEIRLOOM_FAULT_STEPS", str(most or 4))
    count = last if wanted == "all" else min(last, int(wanted))
    if count <= 1:
        return list(range(1, count + 1))
    return sorted({1 + round(number * (last - 1) / (count - 1)) for number in range(count)})
