"""First file of the forkserver's own interpreter: `python -I -S -B start.py '<settings as JSON>'`, socket on stdin.

Answers with one line of JSON: what was set up, or `{"error": ...}`.
"""

from __future__ import annotations

import json
import os
import socket
import sys


def main() -> None:
    """Set up, say what was reached, serve until the harness hangs up."""
    settings = json.loads(sys.argv[1])
    sys.argv[1:] = []
    os.environ.clear()  # holds at most what the dynamic loader needed
    harness = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    sys.path[:] = [*settings["paths"], settings["package"]]
    # No handlers after a fork: they cost a child as much as the rest of its start, and renew only what this process,
    # which has one thread and holds no lock, never touched.
    os.register_at_fork = lambda **_: None
    try:
        from inside.confinement import Confinement  # type: ignore[import-not-found]  # this package, by its last name alone
        from inside.forkserver import Forkserver  # type: ignore[import-not-found]  # as above

        sys.path.remove(settings["package"])
        confinement = Confinement(settings)
        forkserver = Forkserver(confinement, harness)
        for name in [name for name in sys.modules if name.partition(".")[0] == "inside"]:
            del sys.modules[name]  # programs then do not stumble over them
        hello = {"layers": confinement.layers, "facts": confinement.facts()}
    except Exception as error:  # noqa: BLE001  # the harness must hear of it, whatever it is
        harness.sendall(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode("ascii") + b"\n")
        return
    harness.sendall(json.dumps(hello).encode("ascii") + b"\n")
    forkserver.serve()


if __name__ == "__main__":
    main()
