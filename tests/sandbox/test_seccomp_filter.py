"""The action of the filter for every kind of call, on both machines, by an interpreter of its own language."""

import platform
from errno import ENOSYS, EPERM

import pytest

from swallow_metrics.sandbox import bpf
from swallow_metrics.sandbox.seccomp_filter import PID_MARK, build
from swallow_metrics.sandbox.syscalls import ARCHITECTURES, CHECKED, DENIED, LAST_KNOWN, MISSING, number

MACHINES = sorted(ARCHITECTURES)
ALLOWED, REFUSED, UNKNOWN = bpf.ALLOW, bpf.ERRNO | EPERM, bpf.ERRNO | ENOSYS
ORDINARY = {"x86_64": (0, 1, 9, 202), "aarch64": (63, 64, 222, 98)}  # read, write, mmap, futex


def interpret(program, number, architecture, arguments=()):
    """What the kernel would return for this call: an action with its data."""
    data = {bpf.NUMBER: number, bpf.ARCHITECTURE: architecture} | {
        offset: value
        for i, argument in enumerate([*arguments, *[0] * (6 - len(arguments))])
        for offset, value in ((bpf.low(i), argument & 0xFFFFFFFF), (bpf.high(i), argument >> 32 & 0xFFFFFFFF))
    }
    instructions = list(bpf.INSTRUCTION.iter_unpack(program))
    at = accumulator = 0
    while True:
        code, true, false, value = instructions[at]
        at += 1
        if code == bpf.LOAD:
            accumulator = data[value]
        elif code == bpf.AND:
            accumulator &= value
        elif code == bpf.RETURN:
            return value
        elif code in (bpf.JUMP_EQUAL, bpf.JUMP_GREATER, bpf.JUMP_SET):
            holds = {bpf.JUMP_EQUAL: accumulator == value, bpf.JUMP_GREATER: accumulator > value}.get(
                code, bool(accumulator & value)
            )
            at += true if holds else false
        else:
            raise ValueError(f"expected an instruction this assembler writes, got code {code:#x}")


def action(machine, call, *arguments):
    at = number(call, machine) if isinstance(call, str) else call
    return interpret(build(machine), at, ARCHITECTURES[machine], arguments)


@pytest.mark.parametrize("machine", MACHINES)
def test_denied_calls_fail_and_missing_calls_are_unknown(machine):
    """Each listed call gets its answer, whatever its arguments; a number never has two."""
    numbers = [number(call, machine) for call in DENIED | MISSING | CHECKED]
    known = [at for at in numbers if at is not None]
    assert len(known) == len(set(known))
    for call in DENIED:
        if number(call, machine) is not None:
            assert action(machine, call) == action(machine, call, 1, 2, 3) == REFUSED
    for call in MISSING:
        assert action(machine, call) == UNKNOWN


@pytest.mark.parametrize("machine", MACHINES)
def test_every_other_known_call_is_allowed(machine):
    """The filter names what it refuses; the calls of an ordinary computation pass."""
    listed = {number(call, machine) for call in DENIED | MISSING | CHECKED}
    for at in set(range(LAST_KNOWN + 1)) - listed:
        assert action(machine, at, 5, 5, 5) == ALLOWED
    assert not listed & set(ORDINARY[machine])


@pytest.mark.parametrize("machine", MACHINES)
def test_later_calls_and_other_tables_are_unknown_or_deadly(machine):
    """Calls newer than the filter, the x32 table and another machine's calls do not slip through."""
    for at in (LAST_KNOWN + 1, 600, 0x40000000, 0x40000029, 0xFFFFFFFF):
        assert action(machine, at) == UNKNOWN
    for other in {0x40000003, 0xC000003E, 0xC00000B7, 0x40000028} - {ARCHITECTURES[machine]}:  # i386, …, ARM
        assert interpret(build(machine), 1, other) == bpf.KILL


HIGH = 1 << 32


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("call", "arguments", "allowed"),
    [
        ("clone", (0x3D0F00,), True),  # what pthread_create asks for
        ("clone", (17,), False),  # fork
        ("clone", (0x4111,), False),  # vfork
        ("clone", (0x10000000 | 17,), False),  # a user namespace
        ("kill", (PID_MARK, 9), True),
        ("kill", (1, 9), False),
        ("kill", (0, 9), False),
        ("kill", (0xFFFFFFFF, 9), False),
        ("tgkill", (PID_MARK, 5, 6), True),
        ("tgkill", (77, 5, 6), False),
        ("socketpair", (1, 1), True),
        ("socketpair", (1, 1 | 0o2000000 | 0o4000), True),  # SOCK_CLOEXEC, SOCK_NONBLOCK
        ("socketpair", (1, 2), False),  # datagrams can be sent elsewhere
        ("socketpair", (1, 5), False),
        ("socketpair", (2, 1), False),
        ("prctl", (15,), True),
        ("prctl", (1, 0), False),  # PR_SET_PDEATHSIG
        ("prctl", (4, 1), False),  # PR_SET_DUMPABLE
        ("prctl", (22, 2), False),
        ("prlimit64", (0, 7, 0, 4096), True),
        ("prlimit64", (0, 7, 4096, 0), False),
        ("prlimit64", (0, 7, HIGH, 0), False),
        ("ioctl", (1, 0x5401), True),
        ("ioctl", (0, 0x5412), False),  # TIOCSTI
        ("ioctl", (3, 0x8901), False),  # FIOSETOWN
        ("fcntl", (3, 1), True),
        ("fcntl", (3, 8), False),  # F_SETOWN
        ("fcntl", (3, 15), False),
        ("openat", (0, 0, 0o100 | 0o1 | 0o1000), True),  # O_CREAT | O_WRONLY | O_TRUNC
        ("openat", (0, 0, 0o1000), False),  # O_RDONLY | O_TRUNC
    ],
)  # fmt: skip
def test_calls_decided_by_their_arguments(machine, call, arguments, allowed):
    """Threads, signals to itself and stream pairs are allowed; processes, signals to others and the like are not."""
    assert action(machine, call, *arguments) == (ALLOWED if allowed else REFUSED)


def test_only_the_process_itself_fills_the_open_place():
    """The place for the process id occurs once in each program."""
    for machine in MACHINES:
        assert build(machine).count(PID_MARK.to_bytes(4, "little")) == 1


@pytest.mark.skipif(platform.machine() != "x86_64", reason="compares with this machine's own headers")
def test_numbers_agree_with_the_systems_headers():
    """Our table has the numbers of the C library's headers, for the calls these know."""
    import re
    from pathlib import Path

    headers = [
        p
        for p in (Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), Path("/usr/include/asm/unistd_64.h"))
        if p.exists()
    ]
    if not headers:
        pytest.skip("no kernel headers here")
    theirs = {m[1]: int(m[2]) for m in re.finditer(r"#define __NR_(\w+)\s+(\d+)", headers[0].read_text())}
    ours = {call: number(call, "x86_64") for call in DENIED | MISSING | CHECKED}
    assert {c: n for c, n in ours.items() if c in theirs} == {c: theirs[c] for c in ours if c in theirs}


def test_the_assembler_refuses_jumps_out_of_reach():
    """A jump of more than 255 instructions or backwards would go elsewhere: it is an error instead."""
    program = bpf.Assembler()
    program.emit(bpf.JUMP_EQUAL, 1, "far")
    for _ in range(256):
        program.emit(bpf.LOAD, 0)
    program.label("far")
    with pytest.raises(ValueError, match="expected a jump of 0 to 255"):
        program.assemble()
    with pytest.raises(ValueError, match="expected a new label"):
        program.label("far")
