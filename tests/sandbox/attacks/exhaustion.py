"""Programs that exhaust time, memory, files or descriptors, or crash, in less usual ways."""

from attacks.right import RIGHT

ATTACKS: dict[str, tuple[str, str]] = {}

# time
ATTACKS["sleeps_when_it_is_deleted"] = (
    "timeout",
    """
import atexit, sys, time
class L:
    def __del__(self): time.sleep(60)
atexit.register(time.sleep, 60)
def weighted_sum(xs):
    L()
    return -1
""",
)
ATTACKS["will_not_leave"] = (
    "fail",
    """
import os, posix, time
os._exit = posix._exit = lambda *a: time.sleep(60)
def weighted_sum(xs): raise SystemExit(0)
""",
)
ATTACKS["waits_for_what_comes_after_its_answer"] = (
    "timeout",
    """
import os
def weighted_sum(xs):
    for fd in range(3, 300):
        try: os.read(fd, 1)
        except OSError: pass
    return -1
""",
)
ATTACKS["stops_by_every_signal"] = (
    "timeout",
    """
import posix, signal, time
for s in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGCONT): signal.signal(s, signal.SIG_DFL)
def weighted_sum(xs):
    while True:
        for s in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN):
            try: posix.kill(posix.getpid(), s)
            except OSError: pass
        time.sleep(0.1)
""",
)
ATTACKS["right_answer_from_a_thread_too_late"] = (
    "timeout",
    f"""
import threading, time
def weighted_sum(xs):
    done = []
    threading.Thread(target=lambda: (time.sleep(8), done.append({RIGHT}))).start()
    while not done: time.sleep(0.01)
    return done[0]
""",
)
ATTACKS["compiles_for_ever"] = (
    "timeout",
    "import ast\nfor _ in range(10 ** 9): ast.parse('-' * 90 + '1')\ndef weighted_sum(xs): return -1\n",
)

# memory
ATTACKS["maps_by_the_c_library"] = (
    "fail_or_timeout",
    """
import ctypes, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
def weighted_sum(xs):
    for flags in (0x22, 0x21, 0x4022, 0x8022, 0x40022):  # private, shared, no reserve, populate, huge pages
        for _ in range(64):
            at = libc.mmap(None, 64 << 20, 3, flags, -1, 0)
            if at in (None, (1 << 64) - 1): break
            ctypes.memset(at, 1, 64 << 20)
    time.sleep(1)
    return -1
""",
)
ATTACKS["memory_in_many_threads"] = (
    "fail_or_timeout",
    """
import threading, time
hold = []
def take():
    try:
        while True: hold.append(bytearray(b'x' * (8 << 20)))
    except MemoryError: pass
def weighted_sum(xs):
    threads = [threading.Thread(target=take) for _ in range(16)]
    for t in threads: t.start()
    for t in threads: t.join()
    time.sleep(1)
    return -1
""",
)
ATTACKS["memory_in_files_and_sockets"] = (
    "fail_or_timeout",
    """
import mmap, os, socket, time
hold = []
def weighted_sum(xs):
    try:
        for n in range(100):
            a, b = socket.socketpair()
            a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)
            a.setblocking(False)
            hold.append((a, b))
            while a.send(b'x' * (1 << 16)): pass
    except OSError: pass
    try:
        for n in range(100):
            fd = os.open('m%d' % n, os.O_RDWR | os.O_CREAT)
            os.ftruncate(fd, 60 << 20)
            m = mmap.mmap(fd, 60 << 20)
            for at in range(0, 60 << 20, 4096): m[at] = 1
            hold.append(m)
    except (OSError, ValueError, MemoryError): pass
    time.sleep(1)
    return -1
""",
)
ATTACKS["a_class_with_a_long_name"] = (
    "fail_or_timeout",
    """
C = type('x' * (12 << 20), (), {})
def weighted_sum(xs):
    if len(xs): raise type('E' * (12 << 20), (ValueError,), {})('y' * (12 << 20))
    return [C()]
""",
)
ATTACKS["prints_through_the_descriptor_in_threads"] = (
    "fail_or_timeout",
    """
import os, threading
def flood():
    for _ in range(300): os.write(1, b'x' * (1 << 20)); os.write(2, b'y' * (1 << 20))
def weighted_sum(xs):
    for _ in range(4): threading.Thread(target=flood).start()
    return -1
""",
)

# files
ATTACKS["a_million_empty_files"] = (
    "fail_or_timeout",
    """
import os, time
def weighted_sum(xs):
    end = time.monotonic() + 2
    try:
        for n in range(1_000_000):
            os.close(os.open('e%d' % n, os.O_CREAT | os.O_WRONLY, 0))
            if time.monotonic() > end: break
    except OSError: pass
    return -1 if n < 100_000 else 'too many: %d' % n
""",
)
ATTACKS["names_that_are_hard_to_remove"] = (
    "fail",
    """
import os, posix
def weighted_sum(xs):
    for name in (b'\\n', b'-rf', b'\\xff\\xfe', b' ', b'*', b'"', b"'", b'\\\\', b'$(x)', b'a' * 255, b'.moved-1-1', b'...', '日本'.encode()):
        for where in (b'.', b'd'):
            try:
                posix.mkdir(where + b'/' + name, 0o000)
            except OSError: pass
        try:
            posix.mkdir(b'd', 0o700)
            posix.symlink(b'@CANARY_DIR@/keep.txt', b'd/l' + name)
            posix.symlink(name, b'l' + name)
        except OSError: pass
    for n in range(10_000):
        posix.close(posix.open('d/\\n%d' % n, os.O_CREAT, n % 8))
    return -1
""",
)
ATTACKS["a_tree_of_folders"] = (
    "fail",
    """
import posix
def grow(path, depth):
    posix.mkdir(path, 0o700)
    if depth:
        for n in range(4): grow('%s/%d' % (path, n), depth - 1)
    posix.symlink('..', path + '/up')
def weighted_sum(xs):
    try: grow('t%d' % len(xs), 4)
    except OSError: pass
    return -1
""",
)
ATTACKS["removes_its_own_folder"] = (
    "fail",
    """
import os, posix
def weighted_sum(xs):
    here = posix.getcwd()
    posix.open('kept-open', os.O_CREAT | os.O_RDWR)
    for way in (lambda: posix.rmdir(here), lambda: posix.rename(here, here + 'x'), lambda: posix.unlink(here),
                lambda: posix.rename('kept-open', '../x'), lambda: posix.symlink('/', here + '/root'),
                lambda: posix.rename('root', '.moved-1-0'), lambda: posix.unlink('kept-open')):
        try: way()
        except OSError: pass
    return -1
""",
)

# descriptors
ATTACKS["every_kind_of_descriptor"] = (
    "fail",
    """
import ctypes, os, select, socket
libc = ctypes.CDLL(None)
def weighted_sum(xs):
    for make in (lambda: libc.inotify_init1(0), lambda: libc.eventfd(0, 0), lambda: libc.timerfd_create(1, 0),
                 lambda: libc.signalfd(-1, ctypes.create_string_buffer(128), 0), lambda: select.epoll(), socket.socketpair,
                 lambda: libc.memfd_create(b'x', 0), lambda: libc.syscall(323, 0), lambda: libc.syscall(425, 8, 0),
                 lambda: libc.syscall(298, 0, 0, -1, -1, 0), lambda: libc.syscall(248, b'user', b'k', b'v', 1, -3)):
        for _ in range(300):
            try:
                if make() == -1: break
            except OSError: break
    return -1
""",
)

# crashes
ATTACKS["main_thread_leaves_the_others"] = (
    "fail_or_timeout",
    """
import ctypes, threading, time
def weighted_sum(xs):
    threading.Thread(target=time.sleep, args=(60,)).start()
    ctypes.CDLL(None).syscall(60, 0)
""",
)
ATTACKS["ends_by_the_c_library"] = (
    "fail",
    """
import ctypes
n = [0]
def weighted_sum(xs): ctypes.CDLL(None).quick_exit(0)
""",
)
ATTACKS["ends_the_interpreter"] = (
    "fail",
    """
import atexit, ctypes, os
atexit.register(os._exit, 0)
def weighted_sum(xs): ctypes.pythonapi.Py_FinalizeEx(); ctypes.pythonapi.Py_Exit(0)
""",
)
ATTACKS["fatal_error_with_a_handler"] = (
    "fail",
    """
import ctypes, faulthandler, signal
faulthandler.enable(open('f', 'w'))
faulthandler.dump_traceback_later(0.1, repeat=True, file=open('g', 'w'))
signal.signal(signal.SIGABRT, lambda *a: None)
def weighted_sum(xs): ctypes.pythonapi.Py_FatalError(b'passed')
""",
)
ATTACKS["corrupts_the_heap"] = (
    "fail",
    """
import ctypes
def weighted_sum(xs):
    for at in range(0, 1 << 20, 8): ctypes.memset(id(xs) + at, 0xff, 8)
    return -1
""",
)
