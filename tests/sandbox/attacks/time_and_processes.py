"""Programs that outlive their time or start others."""

ATTACKS: dict[str, tuple[str, str]] = {}

# time
ATTACKS["loops_at_import"] = ("timeout", "while True: pass")
ATTACKS["sleeps_and_catches_all"] = (
    "timeout",
    """
import time
def weighted_sum(xs):
    while True:
        try: time.sleep(60)
        except BaseException: pass
""",
)
ATTACKS["stops_itself"] = (
    "timeout",
    """
import ctypes, os
def weighted_sum(xs):
    ctypes.CDLL(None).raise_(19) if False else None
    import posix
    posix.kill(posix.getpid(), 19)
    while True: pass
""",
)
ATTACKS["slow_regular_expression"] = (
    "timeout",
    """
import re
def weighted_sum(xs): return len(re.findall(r'(a+)+b', 'a' * 60))
""",
)
ATTACKS["slow_to_encode"] = (
    "timeout",
    """
class I:
    def __iter__(self): return self
    def __next__(self):
        import time
        time.sleep(1)
def weighted_sum(xs): return I()
""",
)
ATTACKS["closes_everything_and_waits"] = (
    "fail_or_timeout",
    """
import os, time
def weighted_sum(xs):
    os.closerange(0, 1000)
    time.sleep(60)
""",
)
ATTACKS["long_power"] = ("timeout", "def weighted_sum(xs): return pow(3, 10**9) % 7")

# processes
ATTACKS["fork_bomb"] = (
    "fail_or_timeout",
    """
import ctypes
def weighted_sum(xs):
    libc = ctypes.CDLL(None)
    while True:
        if libc.fork() < 0: return -1
""",
)
ATTACKS["raw_clone"] = (
    "fail",
    """
import ctypes, os, time
def weighted_sum(xs):
    libc = ctypes.CDLL(None)
    for number, args in ((56, (17, 0, 0, 0, 0)), (57, ()), (435, (0, 0))):
        pid = libc.syscall(number, *args)
        if pid == 0:
            time.sleep(20)
            os._exit(0)
    return -1
""",
)
ATTACKS["multiprocessing"] = (
    "fail_or_timeout",
    """
import multiprocessing
def weighted_sum(xs):
    p = multiprocessing.Process(target=print)
    p.start()
    return -1
""",
)
ATTACKS["thread_storm"] = (
    "fail_or_timeout",
    """
import threading, time
threading.stack_size(32768)
def weighted_sum(xs):
    try:
        for _ in range(20000): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
    except BaseException: pass
    return -1
""",
)
ATTACKS["signals_everyone"] = (
    "fail",
    """
import posix, signal
def weighted_sum(xs):
    for pid in (posix.getppid(), 1, 2, 3, 0, -1, -posix.getppid()):
        for s in (signal.SIGTERM, signal.SIGUSR1, signal.SIGKILL):
            try:
                if pid != posix.getpid() and pid not in (0,): posix.kill(pid, s)
            except OSError: pass
    return -1
""",
)
ATTACKS["signals_by_descriptor_owner"] = (
    "fail",
    """
import fcntl, os, posix, signal, socket
def weighted_sum(xs):
    a, b = socket.socketpair()
    for pid in (posix.getppid(), 1):
        try:
            fcntl.fcntl(a, fcntl.F_SETOWN, pid)
            fcntl.fcntl(a, 10, signal.SIGKILL)
            fcntl.fcntl(a, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
            b.send(b'x')
        except OSError: pass
    return -1
""",
)
ATTACKS["limits_the_parent"] = (
    "fail",
    """
import ctypes, posix
def weighted_sum(xs):
    libc = ctypes.CDLL(None)
    two = (ctypes.c_uint64 * 2)(1, 1)
    for pid in (posix.getppid(), 1, 2):
        libc.prlimit(pid, 0, two, None)
        libc.setpriority(0, pid, 19)
    libc.setpriority(2, 0, 19)
    return -1
""",
)
