"""Programs that are wrong and try to be graded right."""

ATTACKS: dict[str, tuple[str, str]] = {}

ATTACKS["list_subclass_lies"] = (
    "fail",
    """
class L(list):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
def weighted_sum(xs): return L()
""",
)
ATTACKS["float_subclass_lies"] = (
    "fail",
    """
class F(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __hash__ = float.__hash__
def weighted_sum(xs): return F('nan')
""",
)
ATTACKS["class_property_lies"] = (
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
ATTACKS["changes_the_argument"] = (
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
ATTACKS["changes_the_builtins"] = (
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
ATTACKS["helpers_shadow_builtins"] = (
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
ATTACKS["defines_check"] = (
    "fail",
    """
def check(candidate): return True
def weighted_sum(xs): return -1
""",
)
ATTACKS["solution_class_with_check"] = (
    "fail",
    """
class Solution:
    def check(self, candidate): return True
    def weighted_sum(self, xs): return -1
""",
)
ATTACKS["exits_with_status_0_at_exit"] = (
    "fail",
    """
import atexit, os, sys
atexit.register(os._exit, 0)
def weighted_sum(xs): sys.exit(0)
""",
)
ATTACKS["raises_keyboard_interrupt"] = ("fail", "def weighted_sum(xs): raise KeyboardInterrupt")
ATTACKS["raises_generator_exit"] = ("fail", "def weighted_sum(xs): raise GeneratorExit")
ATTACKS["raises_a_lying_exception"] = (
    "fail",
    """
class E(Exception):
    def __str__(self): raise SystemExit(0)
    __class__ = property(lambda self: StopIteration)
def weighted_sum(xs): raise E
""",
)
ATTACKS["searches_memory_for_the_test"] = (
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
ATTACKS["reads_its_memory_for_the_test"] = (
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
ATTACKS["forges_frames"] = (
    "fail",
    """
import json, os, struct
def frame(kind, body): return kind + struct.pack('!Q', len(body)) + body
passed = json.dumps({'category': 'passed', 'results': [True], 'detail': ''}).encode()
junk = [frame(b'D', passed), frame(b'G', b''), frame(b'K', b''), frame(b'L', b'weighted_sum {"f":-1}'),
        frame(b'V', b'{"f":-1}'), frame(b'V', b'{"o":"x"}'), frame(b'C', b'{"t":[0,{"t":[]},{"d":[]}]}'),
        b'D', b'{"ended": "done", "steps": 1, "seconds": 0, "status": 0, "grader": true}\\n']
for fd in range(0, 64):
    for j in junk:
        try: os.write(fd, j)
        except OSError: pass
def weighted_sum(xs): return -1
""",
)
ATTACKS["forges_garbage"] = (
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
ATTACKS["announces_a_huge_frame"] = (
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
ATTACKS["answers_in_deep_json"] = (
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
ATTACKS["answers_with_deep_tags"] = (
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
ATTACKS["patches_the_runner"] = (
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
ATTACKS["small_integers_overwritten"] = (
    "fail_or_timeout",
    """
import ctypes
def weighted_sum(xs):
    for n in range(0, 60):
        ctypes.memmove(id(n) + 24, ctypes.byref(ctypes.c_uint32(7)), 4)
    return 7
""",
)
ATTACKS["endless_generator"] = (
    "fail_or_timeout",
    """
def weighted_sum(xs):
    while True: yield 0
""",
)
ATTACKS["unhashable_in_set"] = (
    "fail",
    """
class H:
    def __hash__(self): return 0
    def __eq__(self, other): return True
def weighted_sum(xs): return {H(): H()}
""",
)
ATTACKS["huge_integer"] = ("fail_or_timeout", "def weighted_sum(xs): return 1 << (1 << 30)")
ATTACKS["huge_text"] = ("fail_or_timeout", "def weighted_sum(xs): return 'x' * (1 << 29)")
ATTACKS["huge_list_of_lists"] = ("fail_or_timeout", "def weighted_sum(xs): return [[] for _ in range(5_000_000)]")
ATTACKS["deep_list"] = (
    "fail",
    """
def weighted_sum(xs):
    x = []
    for _ in range(1_000_000): x = [x]
    return x
""",
)
ATTACKS["itself_in_a_list"] = (
    "fail",
    """
def weighted_sum(xs):
    x = []
    x.append(x)
    return x
""",
)
ATTACKS["frames_of_all_threads"] = (
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
ATTACKS["module_getattr"] = (
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
