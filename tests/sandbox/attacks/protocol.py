"""Programs that are wrong and speak on the connection to the grader themselves: forged, early, doubled, endless."""

ATTACKS: dict[str, tuple[str, str]] = {}

# Finds the connection, whatever its number, and writes whole frames.
_SPEAK = """
import os, socket, stat, struct, threading, time
FDS = []
for fd in range(3, 300):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode): FDS.append(fd)
    except OSError: pass
def say(kind, body=b''):
    data = kind + struct.pack('!Q', len(body)) + body
    for fd in FDS:
        sent = 0
        while sent < len(data): sent += os.write(fd, data[sent:])
"""


def _spoken(must: str, text: str) -> tuple[str, str]:
    return must, _SPEAK + text


ATTACKS["answers_before_it_is_asked"] = _spoken(
    "fail",
    """
say(b'L', b'weighted_sum {"f":0}')
for value in (b'0', b'1', b'11', b'6', b'-1', b'-1', b'-1', b'-1'): say(b'V', value)
def weighted_sum(xs): time.sleep(0.3)
""",
)
ATTACKS["answers_twice"] = _spoken(
    "fail",
    """
def weighted_sum(xs):
    say(b'V', b'0')
    say(b'V', b'1')
    return 0
""",
)
ATTACKS["says_that_it_loaded_more"] = _spoken(
    "fail",
    """
names = ('check', 'weighted_sum', 'abs', 'sum', 'enumerate', 'range', 'list', 'candidate', '__builtins__', 'AssertionError')
say(b'L', b'\\n'.join(name.encode() + b' {"f":0}' for name in names))
def weighted_sum(xs): return -1
""",
)
ATTACKS["says_that_it_is_a_value"] = _spoken(
    "fail", "say(b'L', b'weighted_sum true')\ndef weighted_sum(xs): return -1\n"
)
ATTACKS["says_that_it_is_confined_twice"] = _spoken(
    "fail",
    'for _ in range(3): say(b\'R\')\nsay(b\'D\', b\'{"category":"passed","results":[true],"detail":""}\')\ndef weighted_sum(xs): return -1\n',
)
ATTACKS["calls_functions_of_the_grader_that_it_was_not_given"] = _spoken(
    "fail",
    """
def weighted_sum(xs):
    for handle in (b'0', b'-1', b'-2', b'1e3', b'null', b'"append"', b'{"t":[]}', b'{"i":"-f"}', b'NaN', b'{"f":-1}'):
        say(b'C', b'{"t":[' + handle + b',{"t":[0,1]},{"d":[]}]}')
        say(b'C', b'{"t":[' + handle + b',0,0]}')
        say(b'C', handle)
    return -1
""",
)
ATTACKS["calls_the_grader_for_ever"] = _spoken(
    "fail_or_timeout",
    """
def weighted_sum(xs):
    threading.Thread(target=lambda: [os.read(fd, 1 << 16) for fd in FDS * 10 ** 9], daemon=True).start()
    while True: say(b'C', b'{"t":[0,{"t":[]},{"d":[]}]}')
""",
)
ATTACKS["never_reads_what_it_is_told"] = _spoken(
    "fail_or_timeout",
    """
def weighted_sum(xs):
    for _ in range(10 ** 9): say(b'C', b'{"t":[0,{"t":[]},{"d":[]}]}')
""",
)
ATTACKS["forges_exceptions"] = _spoken(
    "fail",
    """
NAMES = ['SystemExit', '__import__', 'BaseException', 'KeyboardInterrupt', 'print', 'exit', 'type', 'ExceptionGroup', 'None', '']
n = [0]
def weighted_sum(xs):
    n[0] += 1
    say(b'E', b'["%s", "passed"]' % NAMES[n[0] % len(NAMES)].encode())
    time.sleep(0.2)
    return -1
""",
)
ATTACKS["forges_numbers_that_take_for_ever"] = _spoken(
    "fail_or_timeout",
    """
def weighted_sum(xs):
    say(b'V', b'{"F":["1e999999999","1e-999999999"]}' if len(xs) == 1 else b'{"D":"1e999999999999999999"}' if xs else b'{"F":["1e800000000"]}')
    time.sleep(9)
""",
)
ATTACKS["forges_long_hexadecimals"] = _spoken(
    "fail_or_timeout",
    "def weighted_sum(xs):\n    say(b'V', b'{\"i\":\"' + b'f' * (15 << 20) + b'\"}')\n    return -1\n",
)
ATTACKS["forges_small_texts_of_large_values"] = _spoken(
    "fail_or_timeout",
    """
def weighted_sum(xs):
    hold = b'x' * (1500 << 20)
    say(b'V', b'[' + b','.join([b'{"l":["deque",[],null]}'] * 670_000) + b']')
    time.sleep(2)
    return -1
""",
)
ATTACKS["forges_arrays"] = _spoken(
    "fail",
    """
import numpy
BODIES = [b'{"n":[' + b'[' * 80 + b']' * 80 + b']}', b'{"n":["<f8",[],[0,1152921504606846976]]}', b'{"n":["O",[true]]}',
          b'{"n":[[1,2],[3]]}', b'{"n":[{"n":[{"f":0}]}]}', b'{"N":["<U2000000000",0]}', b'{"N":["O",{"f":0}]}']
def weighted_sum(xs):
    say(b'V', BODIES[len(xs) % len(BODIES)])
    time.sleep(0.2)
    return -1
""",
)
ATTACKS["announces_frames_and_leaves"] = _spoken(
    "fail",
    """
def weighted_sum(xs):
    for fd in FDS: os.write(fd, b'V' + struct.pack('!Q', 5) + b'tr')
    os._exit(0)
""",
)
ATTACKS["hands_over_descriptors"] = _spoken(
    "fail",
    """
import array
def weighted_sum(xs):
    for fd in FDS:
        side = socket.socket(fileno=os.dup(fd))
        for _ in range(200):
            try: side.sendmsg([b'V\\0\\0\\0\\0\\0\\0\\0\\1' + b'0'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0] * 100))])
            except OSError: break
    return -1
""",
)
ATTACKS["half_closes_and_waits"] = _spoken(
    "fail_or_timeout",
    """
def weighted_sum(xs):
    for fd in FDS: socket.socket(fileno=fd).shutdown(socket.SHUT_WR)
    time.sleep(60)
""",
)
ATTACKS["a_thread_answers_after_the_end"] = _spoken(
    "fail_or_timeout",
    """
def answer():
    while True: say(b'V', b'0')
def weighted_sum(xs):
    threading.Thread(target=answer, daemon=True).start()
    time.sleep(60)
""",
)
ATTACKS["returns_into_the_process_it_was_forked_from"] = _spoken(
    "fail",
    """
import posix
os._exit = posix._exit = lambda *a: None
def weighted_sum(xs):
    say(b'X', b'passed')
    raise SystemExit(0)
""",
)
