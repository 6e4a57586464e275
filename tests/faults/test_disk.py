"""A disk that takes nothing more, and other things that happen to files: a clear error, nothing corrupt, and on it goes."""

import errno
import os
import resource
import shutil
import signal
import subprocess

import pytest

from faulty import Suite, end, left_over, places
from timing import wait_for

QUESTIONS = 60


@pytest.fixture
def suite(tmp_path):
    with Suite(tmp_path, questions=QUESTIONS, dialogues=0, programs=0) as suite:
        yield suite


def is_whole(suite, more=()):
    """Once it is mended, the run goes on to its end, and asks nothing again that it has."""
    kept = len(places(suite.journal("run"))) if (suite.path / "run").is_dir() else 0
    suite.settle()
    before = suite.asked()
    status, output = suite.run("run", "--resume", *more)
    assert status == 0, output
    assert suite.asked() - before == QUESTIONS - kept
    assert suite.report("run")["swallow"]["benchmarks"]["mini"]["scored"] == QUESTIONS
    assert max(places(suite.journal("run")).values()) == 1
    assert not left_over(suite.path / "run")


def limited(size):
    """A limit on the size of files; instead of the signal, writing fails, as on a full disk."""

    def apply():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return apply


@pytest.mark.parametrize(
    ("size", "workers", "said"),
    [
        (12_000, (), "make room, then go on with --resume"),  # the journal does not fit
        pytest.param(24_000, (), "REPORT NOT WRITTEN", marks=pytest.mark.slow),  # the report does not
        pytest.param(12_000, ("-n", "2"), "JOURNALS NOT JOINED", marks=pytest.mark.slow),
        pytest.param(24_000, ("-n", "2"), "REPORT NOT WRITTEN", marks=pytest.mark.slow),
    ],
)
def test_a_full_disk(suite, size, workers, said):
    # A compiled module that is cut off would stay, for every later run.
    status, output = suite.run("run", *workers, preexec_fn=limited(size), env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert status == 1, output
    assert said in output
    assert "Traceback" not in output
    assert "INTERNALERROR" not in output
    is_whole(suite, workers)


@pytest.mark.slow
def test_a_folder_that_may_not_be_written(suite):
    """One line, before anything is asked."""
    place = suite.path / "run"
    place.mkdir()
    place.chmod(0o555)
    target = "/proc/run" if os.getuid() == 0 else str(place)  # root may write everywhere else
    status, output = suite.run("run", "--run-dir", target)
    assert status == 4, output
    assert "Traceback" not in output
    assert "choose another --run-dir" in output
    assert suite.asked() == 0


def removed(folder):
    """Remove a folder that a run may write to at the same moment; whether that was done."""
    try:
        shutil.rmtree(folder)
    except OSError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "workers"])
def test_a_folder_that_is_removed(suite, workers):
    """While the run goes on: the report is written all the same, or it says where it could not be; never status 0 without."""
    suite.model.hold_after = 30  # a quick run would be over before
    run = suite.start("run", *workers)
    try:
        wait_for(lambda: suite.asked() > 20)
        wait_for(lambda: removed(suite.path / "run"))
        suite.model.hold_after = None
        status = run.wait(180)
    finally:
        end(run)
    output = suite.output("run")
    assert "Traceback" not in output
    assert "INTERNALERROR" not in output
    if status == 0:
        assert suite.report("run")["swallow"]["benchmarks"]["mini"]["scored"] == QUESTIONS
        assert len(suite.journal("run")) == QUESTIONS
    else:
        assert status == 1
        assert "--resume" in output
    is_whole(suite, workers)


@pytest.mark.slow
@pytest.mark.parametrize("number", [12, 20, 32, 48])
def test_too_few_descriptors(suite, number):
    """However few there are: an error in a line or errors of questions, no traceback of ours, and nothing corrupt."""
    try:
        status, output = suite.run(
            "run", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (number, number))
        )
    except subprocess.TimeoutExpired:
        pytest.fail("it hangs")
    if status == 0:
        assert suite.report("run")["swallow"]["benchmarks"]["mini"]["scored"] == QUESTIONS
    else:
        assert "too many open files" in output.lower(), output
    if (suite.path / "run").is_dir():
        is_whole(suite)


# A project's conftest.py in which a call fails from some moment on: what a quota and network folders do.
FAILS = """
import errno, os, pathlib, time
left = [{skipped}]
def failing(call, wanted):
    def wrapped(*given, **named):
        if wanted(*given):
            left[0] -= 1
            if left[0] < 0:
                raise OSError({number}, os.strerror({number}))
        return call(*given, **named)
    return wrapped
{patch}
"""
JOURNAL = "os.write = failing(os.write, lambda fd, data: b'\"benchmark\"' in bytes(data[:40]))"
RENAME = "pathlib.Path.replace = failing(pathlib.Path.replace, lambda path, to: str(to).endswith('report.json'))"
FLUSH = "os.fsync = failing(os.fsync, lambda fd: 'report.json' in os.readlink(f'/proc/self/fd/{fd}'))"


@pytest.mark.slow
@pytest.mark.parametrize("number", [errno.EDQUOT, errno.ESTALE], ids=errno.errorcode.get)
@pytest.mark.parametrize("patch", [JOURNAL, RENAME, FLUSH], ids=["journal", "rename", "flush"])
def test_what_quotas_and_network_folders_do(suite, number, patch):
    """One clear line with the system's own words, status 1, and on it goes once that is over."""
    skipped = 20 if patch is JOURNAL else 0
    (suite.path / "conftest.py").write_text(FAILS.format(patch=patch, skipped=skipped, number=number))
    status, output = suite.run("run")
    assert status == 1, output
    assert os.strerror(number) in output
    assert "--resume" in output
    assert "Traceback" not in output
    assert "INTERNALERROR" not in output
    (suite.path / "conftest.py").unlink()
    is_whole(suite)


@pytest.mark.slow
def test_a_clock_that_is_set_back(suite):
    """An hour back in the middle of a run: no time of it is negative, and nothing else differs."""
    patch = (
        "import time\nreal, start = time.time, time.monotonic()\n"
        "time.time = lambda: real() - 3600 * (time.monotonic() - start > 0.5)\n"
    )
    (suite.path / "conftest.py").write_text(patch)
    status, output = suite.run("run", "--max-in-flight", "1")
    assert status == 0, output
    report = suite.report("run")
    assert report["swallow"]["benchmarks"]["mini"]["scored"] == QUESTIONS
    assert all(line["latency_s"] >= 0 for line in suite.journal("run"))
    assert report["duration"] >= 0
    (suite.path / "conftest.py").unlink()
    before = suite.asked()
    status, output = suite.run("run", "--resume")
    assert status == 0, output
    assert suite.asked() == before
