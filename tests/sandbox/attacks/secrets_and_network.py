"""Programs that look for secrets or reach the network."""

from attacks.right import RIGHT

ATTACKS: dict[str, tuple[str, str]] = {}

# secrets
ATTACKS["reads_other_processes"] = (
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
ATTACKS["reads_the_home_folder"] = (
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
ATTACKS["traces_other_processes"] = (
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

# network
ATTACKS["every_socket"] = (
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
