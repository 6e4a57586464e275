"""Secrets of a run are in no file that it writes, on no terminal, in no traceback, on no command line that it starts."""

import json
import time

import pytest

from endpoint import Endpoint
from faulty import Suite, answer, children, draw, end

CANARIES = {
    "KEY": "canary-key-4f1d",
    "JUDGE": "canary-judge-81aa",
    "HEADER": "canary-header-7c02",
    "USER": "canary-user-22e9",
    "PASSWORD": "canary-password-b3b3",
}


def refuses(body):
    """An endpoint that tells everything it was sent."""
    return 401, {}, json.dumps({"error": {"message": f"bad key {CANARIES['KEY']}, {CANARIES['HEADER']}"}})


def breaks(body):
    text = "oops " + " ".join(canary for name, canary in CANARIES.items() if name != "JUDGE")  # it is not sent here
    return draw(body, [(500, {}, text), "A"])


HOOK = """
def pytest_runtest_call(item):
    raise RuntimeError("a bug of a project's own")
"""


@pytest.mark.parametrize(
    ("says", "more", "own"),
    [
        (answer, (), ""),
        (refuses, (), ""),
        (breaks, ("--max-errors", "1.0", "--max-retries", "0", "--tb=long", "--showlocals", "-vv"), ""),
        pytest.param(answer, ("--tb=long", "--showlocals", "--full-trace"), HOOK, marks=pytest.mark.slow),
        pytest.param(answer, ("-n", "2"), "", marks=pytest.mark.slow),
        pytest.param(refuses, ("-n", "2", "--tb=long", "--showlocals"), "", marks=pytest.mark.slow),
        pytest.param(answer, ("--trace-config", "--setup-show"), "", marks=pytest.mark.slow),
    ],
)
def test_nothing_tells_a_secret(tmp_path, says, more, own):
    with Suite(tmp_path, questions=8, programs=0, dialogues=1) as suite, Endpoint(says, latency_s=0.02) as model:
        if own:
            (tmp_path / "conftest.py").write_text(own)
        url = model.url.replace("://", f"://{CANARIES['USER']}:{CANARIES['PASSWORD']}@")
        seen = []
        arguments = [
            "--base-url",
            url,
            "--judge-base-url",
            suite.judge.url.replace("://", f"://u:{CANARIES['PASSWORD']}@"),
        ]
        env = {"MY_KEY": CANARIES["KEY"], "JUDGE_KEY": CANARIES["JUDGE"], "MY_HEADER": CANARIES["HEADER"]}
        arguments += ["--api-key-env", "MY_KEY", "--judge-api-key-env", "JUDGE_KEY", "--header", "X-Own=MY_HEADER"]
        run = suite.start("run", *arguments, *more, env=env)
        try:
            while run.poll() is None:
                # Between fork and exec a child has the command line that the user typed himself.
                seen += [command for _, command in children(run.pid) if url not in command]
                time.sleep(0.02)
        finally:
            end(run)
    assert run.returncode in (0, 1, 4)
    texts = {"processes": "\n".join(seen)}
    for file in tmp_path.rglob("*"):
        if file.is_file():
            texts[str(file.relative_to(tmp_path))] = file.read_bytes().decode("utf-8", "replace")
    # What an endpoint says in an answer is an answer; here it says none of these in one.
    found = [(name, place) for name, canary in CANARIES.items() for place, text in texts.items() if canary in text]
    assert not found, "\n".join(
        f"{n} in {p}: {texts[p][max(0, texts[p].index(CANARIES[n]) - 300) :][:500]}" for n, p in found
    )
