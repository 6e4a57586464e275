"""A child for the tests of worker processes: does what its message says."""

import os
import signal
import time

from swallow_metrics.workers.child import limit_cpu, serve


def main(settings):
    if settings.get("broken"):
        raise RuntimeError("no such module")
    serve(prepare, {"memory_mb": 1024} | settings)


def prepare():
    print("noise on standard output")
    return answer


def answer(message):
    match message:
        case {"echo": text}:
            print("more noise")
            return {"text": text}
        case {"sleep": seconds}:
            time.sleep(seconds)
        case {"exit": code}:
            os._exit(code)
        case {"kill": number}:
            os.kill(os.getpid(), number)
        case {"allocate": size}:
            try:
                return {"bytes": len(bytearray(size))}
            except MemoryError:
                return {"bytes": None}
        case {"burn": seconds}:
            limit_cpu(seconds)
            while True:
                pass
        case {"environment": True}:
            return {"environment": dict(os.environ), "session": os.getsid(0), "ignored": interrupt_is_ignored()}
    return {}


def interrupt_is_ignored():
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN
