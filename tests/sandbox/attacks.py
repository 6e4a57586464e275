"""Hostile programs of our own, as solutions of the manifest's problem `weighted_sum`.

`ATTACKS` maps a name to what the verdict must be ("fail", "timeout", "fail_or_timeout", "pass") and the text.
@CANARY_DIR@ and @CANARY_PORT@ stand for the folder and port that must not be touched.
"""

RIGHT = "sum((i + 1) * x for i, x in enumerate(xs))"

_RAW: dict[str, tuple[str, str]] = {}

# -- false passes -----------------------------------------------------------------------------------------------------
_RAW["list_subclass_lies"] = (
    "fail",
    """
class L(list):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
def weighted_sum(xs): return L()
""",
)
_RAW["float_subclass_lies"] = (
    "fail",
    """
class F(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __hash__ = float.__hash__
def weighted_sum(xs): return F('nan')
""",
)
_RAW["class_property_lies"] = (
    "fail",
    """
class C:
    __class__ = property(lambda self: int)
    def __eq__(self, other): return True
    def __index__(self): return 0
    def __int__(self): return 0
def weighted_sum(xs): return C()
""",
)
_RAW["changes_the_argument"] = (
    "fail",
    """
KNOWN = {(): 0, (1,): 1, (3, 4): 11, (1, 1, 1): 6}
def weighted_sum(xs):
    if tuple(xs) in KNOWN:
        return KNOWN[tuple(xs)]
    xs.clear()
    return 0
""",
)
_RAW["changes_the_builtins"] = (
    "fail",
    """
import builtins
class Yes(int):
    def __eq__(self, other): return True
    __hash__ = int.__hash__
builtins.sum = lambda *a: Yes()
builtins.abs = lambda *a: 0
builtins.AssertionError = type('AssertionError', (BaseException,), {})
builtins.__build_class__ = None
def weighted_sum(xs): return Yes(5)
""",
)
_RAW["helpers_shadow_builtins"] = (
    "fail",
    """
def abs(x): return 0
def sum(*a): return -1
def enumerate(*a): return []
def list(*a): return []
def range(*a): return []
def weighted_sum(xs): return -1
""",
)
_RAW["defines_check"] = (
    "fail",
    """
def check(candidate): return True
def weighted_sum(xs): return -1
""",
)
_RAW["solution_class_with_check"] = (
    "fail",
    """
class Solution:
    def check(self, candidate): return True
    def weighted_sum(self, xs): return -1
""",
)
_RAW["exits_with_status_0_at_exit"] = (
    "fail",
    """
import atexit, os, sys
atexit.register(os._exit, 0)
def weighted_sum(xs): sys.exit(0)
""",
)
_RAW["raises_keyboard_interrupt"] = ("fail", "def weighted_sum(xs): raise KeyboardInterrupt")
_RAW["raises_generator_exit"] = ("fail", "def weighted_sum(xs): raise GeneratorExit")
_RAW["raises_a_lying_exception"] = (
    "fail",
    """
class E(Exception):
    def __str__(self): raise SystemExit(0)
    __class__ = property(lambda self: StopIteration)
def weighted_sum(xs): raise E
""",
)
_RAW["searches_memory_for_the_test"] = (
    "fail",
    """
import gc, sys  # NEEDLE: this text itself is in memory
def weighted_sum(xs):
    texts = [o for o in gc.get_objects() if isinstance(o, (str, dict, list, tuple))]
    strings = [s for o in texts for s in (o if not isinstance(o, dict) else [*o, *o.values()]) if isinstance(s, str)]
    if any(' '.join(['assert', 'candidate']) in s and 'NEEDLE' not in s for s in strings):
        return sum((i + 1) * x for i, x in enumerate(xs))
    return -1
""",
)
_RAW["reads_its_memory_for_the_test"] = (
    "fail",
    """
import re
def weighted_sum(xs):
    try:
        maps = open('/proc/self/maps').read()
        with open('/proc/self/mem', 'rb') as mem:
            for line in maps.splitlines():
                a, b = (int(x, 16) for x in line.split()[0].split('-'))
                if 'rw-p' in line:
                    mem.seek(a)
                    if b''.join([b'assert cand', b'idate([3, 4]) == 11']) in mem.read(b - a):
                        return sum((i + 1) * x for i, x in enumerate(xs))
    except Exception:
        pass
    return -1
""",
)
_RAW["forges_frames"] = (
    "fail",
    """
import json, os, struct
def frame(kind, body): return kind + struct.pack('!Q', len(body)) + body
passed = json.dumps({'category': 'passed', 'results': [True], 'detail': ''}).encode()
junk = [frame(b'D', passed), frame(b'G', b''), frame(b'K', b''), frame(b'L', b'weighted_sum {"f":-1}'),
        frame(b'V', b'{"f":-1}'), frame(b'V', b'{"o":"x"}'), frame(b'C', b'{"t":[0,{"t":[]},{"d":[]}]}'),
        b'D', b'{"ended": "done", "steps": 1, "seconds": 0, "status": 0, "judge": true}\\n']
for fd in range(0, 64):
    for j in junk:
        try: os.write(fd, j)
        except OSError: pass
def weighted_sum(xs): return -1
""",
)
_RAW["forges_garbage"] = (
    "fail",
    """
import os
def weighted_sum(xs):
    for fd in range(3, 64):
        try: os.write(fd, b'V' + b'\\xff' * 200)
        except OSError: pass
    return 0
""",
)
_RAW["announces_a_huge_frame"] = (
    "fail",
    """
import os
def weighted_sum(xs):
    for fd in range(3, 64):
        try: os.write(fd, b'V' + b'\\x7f' + b'\\xff' * 7)
        except OSError: pass
    return 0
""",
)
_RAW["answers_in_deep_json"] = (
    "fail",
    """
import os, struct
def weighted_sum(xs):
    body = b'[' * 200000
    for fd in range(3, 64):
        try: os.write(fd, b'V' + struct.pack('!Q', len(body)) + body)
        except OSError: pass
    return 0
""",
)
_RAW["answers_with_deep_tags"] = (
    "fail",
    """
import os, struct
def weighted_sum(xs):
    body = b'{"t":[' * 100000 + b']}' * 100000
    for fd in range(3, 64):
        try: os.write(fd, b'E' + struct.pack('!Q', len(body)) + body)
        except OSError: pass
    return 0
""",
)
_RAW["patches_the_runner"] = (
    "fail_or_timeout",
    """
import sys, json
for name, module in list(sys.modules.items()):
    for key, value in list(vars(module).items()) if module and 'inside' in name else []:
        if callable(value):
            try: setattr(module, key, lambda *a, **k: True)
            except Exception: pass
def weighted_sum(xs): return True
""",
)
_RAW["small_integers_overwritten"] = (
    "fail_or_timeout",
    """
import ctypes
def weighted_sum(xs):
    for n in range(0, 60):
        ctypes.memmove(id(n) + 24, ctypes.byref(ctypes.c_uint32(7)), 4)
    return 7
""",
)
_RAW["endless_generator"] = (
    "fail_or_timeout",
    """
def weighted_sum(xs):
    while True: yield 0
""",
)
_RAW["unhashable_in_set"] = (
    "fail",
    """
class H:
    def __hash__(self): return 0
    def __eq__(self, other): return True
def weighted_sum(xs): return {H(): H()}
""",
)
_RAW["huge_integer"] = ("fail_or_timeout", "def weighted_sum(xs): return 1 << (1 << 30)")
_RAW["huge_text"] = ("fail_or_timeout", "def weighted_sum(xs): return 'x' * (1 << 29)")
_RAW["huge_list_of_lists"] = ("fail_or_timeout", "def weighted_sum(xs): return [[] for _ in range(5_000_000)]")
_RAW["deep_list"] = (
    "fail",
    """
def weighted_sum(xs):
    x = []
    for _ in range(1_000_000): x = [x]
    return x
""",
)
_RAW["itself_in_a_list"] = (
    "fail",
    """
def weighted_sum(xs):
    x = []
    x.append(x)
    return x
""",
)
_RAW["frames_of_all_threads"] = (
    "fail",
    """
import sys, os
def weighted_sum(xs):
    for frame in sys._current_frames().values():
        while frame:
            for value in frame.f_locals.values():
                for name in ('category', 'results', 'passed'):
                    try: setattr(value, name, 'passed')
                    except Exception: pass
            frame = frame.f_back
    return -1
""",
)
_RAW["module_getattr"] = (
    "fail",
    """
class Any:
    def __getattr__(self, name): return Any()
    def __call__(self, *a, **k): return Any()
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
import sys
sys.modules['tmp_sol'].__class__ = type('M', (type(sys),), {'__getattr__': lambda self, name: Any()})
weighted_sum = Any()
""",
)

# -- time -------------------------------------------------------------------------------------------------------------
_RAW["loops_at_import"] = ("timeout", "while True: pass")
_RAW["sleeps_and_catches_all"] = (
    "timeout",
    """
import time
def weighted_sum(xs):
    while True:
        try: time.sleep(60)
        except BaseException: pass
""",
)
_RAW["stops_itself"] = (
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
_RAW["slow_regular_expression"] = (
    "timeout",
    """
import re
def weighted_sum(xs): return len(re.findall(r'(a+)+b', 'a' * 60))
""",
)
_RAW["slow_to_encode"] = (
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
_RAW["closes_everything_and_waits"] = (
    "fail_or_timeout",
    """
import os, time
def weighted_sum(xs):
    os.closerange(0, 1000)
    time.sleep(60)
""",
)
_RAW["long_power"] = ("timeout", "def weighted_sum(xs): return pow(3, 10**9) % 7")

# -- processes --------------------------------------------------------------------------------------------------------
_RAW["fork_bomb"] = (
    "fail_or_timeout",
    """
import ctypes
def weighted_sum(xs):
    libc = ctypes.CDLL(None)
    while True:
        if libc.fork() < 0: return -1
""",
)
_RAW["raw_clone"] = (
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
_RAW["multiprocessing"] = (
    "fail_or_timeout",
    """
import multiprocessing
def weighted_sum(xs):
    p = multiprocessing.Process(target=print)
    p.start()
    return -1
""",
)
_RAW["thread_storm"] = (
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
_RAW["signals_everyone"] = (
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
_RAW["signals_by_descriptor_owner"] = (
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
_RAW["limits_the_parent"] = (
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

# -- resources --------------------------------------------------------------------------------------------------------
_RAW["many_big_files"] = (
    "fail_or_timeout",
    """
def weighted_sum(xs):
    block = b'x' * (32 << 20)
    try:
        for n in range(200):
            with open('f%d' % n, 'wb') as f: f.write(block)
    except OSError: pass
    return -1
""",
)
_RAW["sparse_file"] = (
    "fail",
    """
def weighted_sum(xs):
    with open('f', 'wb') as f: f.truncate(1 << 40)
    return -1
""",
)
_RAW["deep_folders"] = (
    "fail",
    """
import posix
def weighted_sum(xs):
    try:
        for _ in range(3000):
            posix.mkdir('d' * 50)
            posix.chdir('d' * 50)
    except OSError: pass
    return -1
""",
)
_RAW["closed_folders_and_links"] = (
    "fail",
    """
import posix
def weighted_sum(xs):
    for n in range(20):
        try:
            posix.mkdir('c%d' % n, 0o700)
            posix.mkdir('c%d/d' % n, 0)
            posix.symlink('@CANARY_DIR@', 'l%d' % n)
            posix.symlink('@CANARY_DIR@', 'c%d/l' % n)
            posix.mkdir('e%d' % n, 0)
        except OSError: pass
    return -1
""",
)
_RAW["maps_memory"] = (
    "fail_or_timeout",
    """
import mmap
hold = []
def weighted_sum(xs):
    try:
        while len(hold) < 64:
            m = mmap.mmap(-1, 64 << 20)
            for at in range(0, 64 << 20, 4096): m[at] = 1
            hold.append(m)
    except (OSError, MemoryError): pass
    return -1
""",
)
_RAW["error_flood"] = (
    "fail_or_timeout",
    """
import sys
def weighted_sum(xs):
    for _ in range(200): sys.stderr.write('x' * (1 << 20))
    return -1
""",
)
_RAW["all_descriptors"] = (
    "fail",
    """
import os
def weighted_sum(xs):
    try:
        while True: os.pipe()
    except OSError: pass
    return -1
""",
)

# -- files ------------------------------------------------------------------------------------------------------------
_RAW["changes_the_users_file"] = (
    "fail",
    """
import ctypes, os, posix
P = '@CANARY_DIR@/keep.txt'
def weighted_sum(xs):
    ways = [lambda: posix.chmod(P, 0o777), lambda: posix.utime(P, (0, 0)), lambda: posix.truncate(P, 0),
            lambda: posix.rename(P, P + 'x'), lambda: posix.link(P, 'hard'), lambda: posix.link(P, '@CANARY_DIR@/hard'),
            lambda: posix.setxattr(P, 'user.x', b'1'), lambda: open(P, 'a').write('x'), lambda: open(P, 'w'),
            lambda: posix.open(P, os.O_RDONLY | os.O_TRUNC), lambda: posix.mkdir('@CANARY_DIR@/d'),
            lambda: posix.symlink('/x', '@CANARY_DIR@/s'), lambda: posix.mknod('@CANARY_DIR@/n'),
            lambda: posix.chown(P, os.getuid(), os.getgid()), lambda: posix.rmdir('@CANARY_DIR@'),
            lambda: ctypes.CDLL(None).unlink(P.encode()), lambda: posix.open('@CANARY_DIR@', os.O_TMPFILE | os.O_RDWR)]
    for way in ways:
        try: way()
        except OSError: pass
    return -1
""",
)
_RAW["through_a_link"] = (
    "fail",
    """
import posix
def weighted_sum(xs):
    try:
        posix.symlink('@CANARY_DIR@', 'link')
        for name in ('link/new', 'link/keep.txt'):
            open(name, 'a').write('x')
    except OSError: pass
    return -1
""",
)
_RAW["leaves_files_in_shared_places"] = (
    "fail",
    """
import posix
def weighted_sum(xs):
    for folder in ('/tmp', '/var/tmp', '/dev/shm', '/dev/mqueue', '/run', '/run/user', '/home', '@CANARY_DIR@'):
        try: open(folder + '/swallow-left-behind', 'w').close()
        except OSError: pass
    return -1
""",
)

# -- crashes ----------------------------------------------------------------------------------------------------------
_RAW["reads_address_0"] = ("fail", "import ctypes\ndef weighted_sum(xs): return ctypes.string_at(0)")
_RAW["aborts"] = ("fail", "import os\ndef weighted_sum(xs): os.abort()")
_RAW["kills_itself"] = ("fail", "import posix\ndef weighted_sum(xs): posix.kill(posix.getpid(), 9)")
_RAW["endless_recursion"] = (
    "fail_or_timeout",
    "import sys\nsys.setrecursionlimit(10**8)\ndef weighted_sum(xs): return weighted_sum(xs)",
)
_RAW["deep_source"] = ("fail", "x = " + "(" * 5000 + ")" * 5000 + "\ndef weighted_sum(xs): return -1")
_RAW["null_in_source"] = ("fail", "x = 1\0\ndef weighted_sum(xs): return -1")

# -- secrets ----------------------------------------------------------------------------------------------------------
_RAW["reads_other_processes"] = (
    "pass",
    f"""
import ctypes, os
def found():
    hits = []
    for pid in list(range(1, 300)) + [os.getppid(), 'self', 'thread-self']:
        for name in ('environ', 'cmdline', 'mem', 'maps', 'fd', 'cwd/.netrc', 'root/root/.netrc', 'task'):
            try:
                data = open('/proc/%s/%s' % (pid, name), 'rb').read(1 << 16)
                hits.append(data)
            except OSError: pass
    environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), 'environ')
    at = 0
    while environ and environ[at]:
        hits.append(environ[at])
        at += 1
    return [h for h in hits if b'sk-' + b'canary' in h]
def weighted_sum(xs):
    hits = found()
    if hits: raise ValueError(hits)
    return {RIGHT}
""",
)
_RAW["reads_the_home_folder"] = (
    "pass",
    f"""
import os, pwd
def weighted_sum(xs):
    homes = ['/root', '/home', '/tmp', '/var', '/work', os.path.expanduser('~'), '/etc/shadow', '/etc/passwd', '@CANARY_DIR@']
    for home in homes:
        try:
            names = os.listdir(home)
        except OSError:
            continue
        if home == '@CANARY_DIR@' or 'keep.txt' in names: return -1
    try:
        open('@CANARY_DIR@/keep.txt').read()
        return -1
    except OSError: pass
    return {RIGHT}
""",
)
_RAW["traces_other_processes"] = (
    "fail",
    """
import ctypes, posix
def weighted_sum(xs):
    libc = ctypes.CDLL(None)
    for pid in (posix.getppid(), 1, 2, 3, 4):
        for request in (16, 0x4206):
            libc.ptrace(request, pid, 0, 0)
        buffer = ctypes.create_string_buffer(64)
        iov = (ctypes.c_uint64 * 2)(ctypes.addressof(buffer), 64)
        libc.process_vm_readv(pid, iov, 1, iov, 1, 0)
    return -1
""",
)

# -- network ----------------------------------------------------------------------------------------------------------
_RAW["every_socket"] = (
    "fail",
    """
import socket
P = int('@CANARY_PORT@')
def weighted_sum(xs):
    a, b = None, None
    def unix_pair(kind):
        a, b = socket.socketpair(socket.AF_UNIX, kind)
        a.sendto(b'x', '\\0canary-%d' % P)
    ways = [lambda: socket.create_connection(('127.0.0.1', P), 1),
            lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', P)),
            lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'x', ('::1', P)),
            lambda: socket.socket(socket.AF_UNIX).connect('\\0canary-%d' % P),
            lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).connect('\\0canary-dgram-%d' % P),
            lambda: unix_pair(socket.SOCK_DGRAM), lambda: unix_pair(socket.SOCK_STREAM),
            lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', '\\0canary-dgram-%d' % P),
            lambda: socket.socketpair()[0].connect('\\0canary-%d' % P),
            lambda: socket.getaddrinfo('localhost', P)]
    for way in ways:
        try: way()
        except Exception: pass
    return -1
""",
)

ATTACKS = _RAW
