"""Programs that are wrong and lie by the values they return, the exceptions they raise and the modules they change."""

ATTACKS: dict[str, tuple[str, str]] = {}

# values
ATTACKS["array_subclass_lies"] = (
    "fail",
    """
import numpy as np
class A(np.ndarray):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
    def __bool__(self): return True
    def tolist(self): return [True]
def weighted_sum(xs): return np.zeros(3).view(A)
""",
)
ATTACKS["claims_to_be_from_numpy"] = (
    "fail",
    """
class Always(list):
    def __eq__(self, other): return True
class A:
    __module__ = 'numpy'
    dtype = type('D', (), {'str': '<U999999999', 'kind': 'f', 'name': 'object'})()
    shape = (0, 1 << 60)
    def tolist(self): return Always([[[None]], 'x', Always()])
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
def weighted_sum(xs): return A()
""",
)
ATTACKS["masked_and_not_a_number"] = (
    "fail",
    """
import numpy as np
def weighted_sum(xs):
    return np.ma.masked if len(xs) < 3 else np.float64('nan')
""",
)
ATTACKS["text_and_number_subclasses_lie_inside_containers"] = (
    "fail",
    """
from decimal import Decimal
from fractions import Fraction
def lying(base):
    yes, nothing = lambda *a: True, lambda *a: 0
    return type(base.__name__, (base,), {'__eq__': yes, '__ne__': lambda *a: False, '__sub__': nothing,
        '__rsub__': nothing, '__hash__': lambda self: 0, '__lt__': yes, '__bool__': yes, '__float__': lambda s: 0.0,
        '__index__': nothing, '__int__': nothing, '__reduce__': lambda self: (int, ('0',))})
KINDS = [lying(k)() for k in (str, bytes, Fraction, Decimal, complex, tuple, dict, set, frozenset, bytearray)]
n = [0]
def weighted_sum(xs):
    n[0] += 1
    return KINDS[n[0] % len(KINDS)]
""",
)
ATTACKS["iterator_changes_its_mind"] = (
    "fail",
    """
class I:
    turn = 0
    def __iter__(self): return self
    def __next__(self):
        I.turn += 1
        if I.turn % 3 == 0: raise StopIteration
        I.__eq__ = lambda *a: True
        return I()
def weighted_sum(xs): return I() if xs else iter(I(), None)
""",
)
ATTACKS["views_of_a_lying_dictionary"] = (
    "fail",
    """
class D(dict):
    def items(self): return 0
    def __len__(self): return 0
    def keys(self): return self
    def __eq__(self, other): return True
    def __iter__(self): raise SystemExit(0)
def weighted_sum(xs): return D({0: 0}).values() if xs else D({0: 0})
""",
)
ATTACKS["registered_as_an_integer"] = (
    "fail",
    """
import numbers
class N:
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
    __hash__ = None
    __class__ = int
    __len__ = __index__ = __int__ = __trunc__ = lambda self: 0
numbers.Integral.register(N)
class M(type):
    def __instancecheck__(cls, other): return True
    def __subclasscheck__(cls, other): return True
    def __eq__(cls, other): return True
    __hash__ = type.__hash__
class T(metaclass=M): pass
def weighted_sum(xs): return N() if xs else T
""",
)
ATTACKS["two_halves_of_a_character"] = (
    "fail",
    """
def weighted_sum(xs): return {'\\ud83d': '\\ude00' * 1000, ('\\udc80', '\\x00'): ['\\ud83d\\ude00']}
""",
)
ATTACKS["functions_that_agree_with_everything"] = (
    "fail",
    """
class F:
    def __call__(self, *a, **k): return F()
    def __getattr__(self, name): return F()
    def __eq__(self, other): return True
    def __sub__(self, other): return F()
    def __abs__(self): return F()
    def __lt__(self, other): return True
def weighted_sum(xs): return F()
""",
)
ATTACKS["calls_itself_through_the_grader"] = (
    "fail_or_timeout",
    """
def weighted_sum(xs, n=0):
    if callable(xs): return xs(weighted_sum)
    return weighted_sum
""",
)
ATTACKS["an_integer_too_long_to_print"] = ("fail", "def weighted_sum(xs): return -10 ** 60_000")
ATTACKS["hashes_that_collide"] = (
    "fail_or_timeout",
    """
def weighted_sum(xs): return {n * ((1 << 61) - 1) for n in range(1, 60_000)}
""",
)

# exceptions
ATTACKS["raises_assertions_of_its_own"] = (
    "fail",
    """
class AssertionError(AssertionError):
    def __bool__(self): return False
    def __str__(self): return ''
class Passed(AssertionError): pass
Passed.__name__ = Passed.__qualname__ = 'passed'
Passed.__module__ = 'builtins'
def weighted_sum(xs): raise Passed from Passed()
""",
)
ATTACKS["ends_iterations"] = (
    "fail",
    """
KINDS = [StopIteration, StopAsyncIteration, GeneratorExit, EOFError, NotImplementedError]
def weighted_sum(xs): raise KINDS[len(xs) % len(KINDS)](0)
""",
)
ATTACKS["exception_groups_and_metaclasses"] = (
    "fail",
    """
class M(type):
    @property
    def __module__(cls): raise SystemExit(0)
    def __mro__(cls): return ()
    def __eq__(cls, other): return True
    __hash__ = type.__hash__
class E(Exception, metaclass=M):
    def __str__(self): return '\\ud800' * (1 << 20)
def weighted_sum(xs):
    if not xs: raise ExceptionGroup('passed', [E(), ExceptionGroup('x', [ValueError('\\ud800')])])
    raise E
""",
)
ATTACKS["exception_that_never_ends"] = (
    "timeout",
    """
import time
class E(Exception):
    def __str__(self):
        while True:
            try: time.sleep(9)
            except BaseException: pass
def weighted_sum(xs): raise E
""",
)
ATTACKS["warnings_and_hooks_instead_of_errors"] = (
    "fail",
    """
import sys, threading, warnings
warnings.simplefilter('error')
sys.excepthook = sys.unraisablehook = threading.excepthook = lambda *a: None
sys.displayhook = lambda value: None
class L:
    def __del__(self): raise SystemExit(0)
def weighted_sum(xs):
    L()
    warnings.warn('passed', DeprecationWarning)
    return -1
""",
)

# modules
ATTACKS["replaces_json_and_import"] = (
    "fail",
    """
import builtins, codecs, json, json.encoder, sys, typing
class Yes:
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
for name in ('dumps', 'loads'): setattr(json, name, lambda *a, **k: '{"category": "passed", "results": [true], "detail": ""}')
json.JSONEncoder.encode = json.encoder.JSONEncoder.encode = lambda self, value: 'true'
json.JSONDecoder.decode = lambda self, text: Yes()
json.encoder.c_make_encoder = json.encoder.encode_basestring_ascii = json.encoder.encode_basestring = lambda *a: 'true'
codecs.register(lambda name: None)
for name in ('json', 'builtins', 'typing', 'codecs', 'socket', 'os'): sys.modules[name] = Yes()
sys.meta_path[:], sys.path_hooks[:] = [], []
builtins.__import__ = lambda *a, **k: Yes()
builtins.isinstance, builtins.type, builtins.callable = lambda *a: True, lambda *a: int, lambda *a: False
def weighted_sum(xs): return Yes()
""",
)
ATTACKS["changes_what_answers_by_the_collector"] = (
    "fail_or_timeout",
    """
import gc
def weighted_sum(xs):
    for o in gc.get_objects():
        if type(o).__name__ == 'function' and 'inside' in getattr(o, '__module__', ''):
            o.__code__ = (lambda *a, **k: b'{"t":[]}').__code__ if not o.__closure__ else o.__code__
            o.__defaults__ = (True,)
    return -1
""",
)
ATTACKS["changes_classes_that_answer"] = (
    "fail_or_timeout",
    """
import gc, sys
def weighted_sum(xs):
    frame = sys._getframe()
    while frame.f_back: frame = frame.f_back
    for o in gc.get_referents(*gc.get_objects()):
        if isinstance(o, type) and o.__module__.startswith('inside'):
            for name in list(vars(o)):
                if not name.startswith('__'):
                    try: setattr(o, name, lambda *a, **k: True)
                    except Exception: pass
    return True
""",
)
ATTACKS["takes_the_interpreter_apart"] = (
    "fail_or_timeout",
    """
import builtins, sys
sys.setswitchinterval(1e6)
sys.set_int_max_str_digits(640)
sys.stdin = sys.stdout = sys.stderr = None
def weighted_sum(xs):
    sys.setrecursionlimit(20)
    for name in [n for n in vars(builtins) if not n.startswith('__')]: delattr(builtins, name)
    sys.modules.clear()
    return -1
""",
)
