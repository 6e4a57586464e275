"""Programs that exhaust the machine, change files or crash."""

ATTACKS: dict[str, tuple[str, str]] = {}

# resources
ATTACKS["many_big_files"] = (
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
ATTACKS["sparse_file"] = (
    "fail",
    """
def weighted_sum(xs):
    with open('f', 'wb') as f: f.truncate(1 << 40)
    return -1
""",
)
ATTACKS["deep_folders"] = (
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
ATTACKS["closed_folders_and_links"] = (
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
ATTACKS["maps_memory"] = (
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
ATTACKS["error_flood"] = (
    "fail_or_timeout",
    """
import sys
def weighted_sum(xs):
    for _ in range(200): sys.stderr.write('x' * (1 << 20))
    return -1
""",
)
ATTACKS["all_descriptors"] = (
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

# files
ATTACKS["changes_the_users_file"] = (
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
ATTACKS["through_a_link"] = (
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
ATTACKS["leaves_files_in_shared_places"] = (
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

# crashes
ATTACKS["reads_address_0"] = ("fail", "import ctypes\ndef weighted_sum(xs): return ctypes.string_at(0)")
ATTACKS["aborts"] = ("fail", "import os\ndef weighted_sum(xs): os.abort()")
ATTACKS["kills_itself"] = ("fail", "import posix\ndef weighted_sum(xs): posix.kill(posix.getpid(), 9)")
ATTACKS["endless_recursion"] = (
    "fail_or_timeout",
    "import sys\nsys.setrecursionlimit(10**8)\ndef weighted_sum(xs): return weighted_sum(xs)",
)
ATTACKS["deep_source"] = ("fail", "x = " + "(" * 5000 + ")" * 5000 + "\ndef weighted_sum(xs): return -1")
ATTACKS["null_in_source"] = ("fail", "x = 1\0\ndef weighted_sum(xs): return -1")
