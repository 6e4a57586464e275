"""Faults of an endpoint at 30 % of the questions: what passes is measured, what stays is one error, totals add up."""

import json
import random
import time
from collections import Counter

import pytest

from endpoint import HALF, RESET, Endpoint, completion
from faulty import Suite, places

PAGE = "<!DOCTYPE html><title>Sign in</title>"
BROKEN = '{"choices": [{"message": {"content": "A"'
IN_200 = json.dumps({"error": {"message": "Provider returned error", "code": 502}})
KINDS = {
    "reset before the answer": RESET,
    "reset during the answer": HALF,
    "500": (500, {}, "Internal Server Error"),
    "429 with Retry-After": (429, {"Retry-After": "0.01"}, "{}"),
    "malformed JSON": (200, {}, BROKEN),
    "empty choices": (200, {}, json.dumps(completion("m", "A") | {"choices": []})),
    "error in a 200": (200, {}, IN_200),
    "no answer in time": None,
    "truncated body": (200, {"Content-Encoding": "gzip"}, "no gzip"),
    "wrong content type": (200, {"Content-Type": "text/html"}, PAGE),
}
ALWAYS = {kind: fault for kind, fault in KINDS.items() if "429" not in kind}  # a rate limit is of the endpoint


class Faulty:
    """Answers with faults at 30 % of the questions: one half of these at the first attempt, the other at each."""

    def __init__(self, questions, kinds, seed):
        draw = random.Random(seed)
        chosen = draw.sample(range(questions), questions * 3 // 10)
        self.fault = {number: draw.choice(list(kinds)) for number in chosen}
        self.sticky = {number for number in chosen[::2] if self.fault[number] in ALWAYS}
        self.asked = Counter()

    def __call__(self, body):
        text = body["messages"][-1]["content"]
        if "Question" not in text:
            return "OK"
        number = int(text.split("Question ")[1].split("?")[0])
        self.asked[number] += 1
        if number in self.sticky or (number in self.fault and self.asked[number] == 1):
            return KINDS[self.fault[number]]
        return "A"


def run_with(tmp_path, questions, kinds, *more, timeout_s=1):
    faulty = Faulty(questions, kinds, seed=15)
    with Suite(tmp_path, questions=questions, dialogues=0, programs=0) as suite, Endpoint(faulty) as model:
        suite.quick()
        status, output = suite.run("run", "--base-url", model.url, "--max-retries", "2", "--max-errors", "1.0",
                                   "--request-timeout", str(timeout_s), *more)  # fmt: skip
        figures = suite.report("run")["swallow"]["benchmarks"]["mini"]
        wrong = faulty.sticky
        assert status == (1 if wrong else 0), output
        assert suite.report("run")["swallow"]["incomplete"] is None
        assert (figures["samples"], figures["errors"], figures["scored"]) == (
            questions,
            len(wrong),
            questions - len(wrong),
        )
        errors = {t["metadata"]["sample"] for t in suite.report("run")["tests"] if t["metadata"].get("error")}
        assert errors == set(map(str, wrong))
        counted = places(suite.journal("run"))
        assert len(counted) == sum(counted.values()) == questions - len(wrong)
        assert not wrong or f"{len(wrong)} error" in output
        assert "Traceback" not in output
        assert all(faulty.asked[number] <= 3 for number in wrong if "429" not in faulty.fault[number])
        # Once the faults are over, the run goes on with what is missing, and only that.
        before = dict(faulty.asked)
        faulty.sticky = set()
        status, output = suite.run("run", "--base-url", model.url, "--resume")
        assert status == 0, output
        assert {number for number, times in faulty.asked.items() if times > before[number]} == wrong


def test_every_kind_at_once(tmp_path):
    run_with(tmp_path, 100, KINDS)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind(tmp_path, kind):
    run_with(tmp_path, 400, [kind], "--max-in-flight", "128", timeout_s=5)  # a busy machine needs more than one


@pytest.mark.slow
def test_every_kind_at_once_at_size(tmp_path):
    run_with(tmp_path, 2_000, KINDS, "--max-in-flight", "256", timeout_s=2)


@pytest.mark.slow
@pytest.mark.parametrize("in_flight", [64, 1_024])
def test_an_endpoint_that_is_dead(tmp_path, in_flight):
    """It costs seconds, one message and no score."""
    with Suite(tmp_path, questions=600, dialogues=0, programs=0) as suite:
        start = time.monotonic()
        assert suite.run("whole", "--max-in-flight", str(in_flight))[0] == 0
        whole = time.monotonic() - start  # what a run takes on this machine, busy or not
        start = time.monotonic()
        status, output = suite.run("run", "--base-url", "http://127.0.0.1:9/v1", "--max-in-flight", str(in_flight))
        assert time.monotonic() - start < 8 + whole
        assert status == 1, output
        assert "cannot be reached" in output
        assert output.count("cannot be reached") < 5
        assert len(output.splitlines()) < 60
        assert suite.report("run")["swallow"]["benchmarks"]["mini"]["scored"] == 0


@pytest.mark.slow
def test_three_poisoned_questions_one_at_a_time(tmp_path):
    """They stand in a row and reset every connection: the endpoint is well, and the other questions are measured."""

    def answer(body):
        return RESET if any(f"Question {n}?" in body["messages"][-1]["content"] for n in (3, 4, 5)) else "A"

    with Suite(tmp_path, questions=40, dialogues=0, programs=0) as suite, Endpoint(answer) as model:
        suite.quick()
        status, output = suite.run("run", "--base-url", model.url, "--max-in-flight", "1")
        assert status == 1, output
        figures = suite.report("run")["swallow"]["benchmarks"]["mini"]
        assert (figures["errors"], figures["scored"]) == (3, 37)
