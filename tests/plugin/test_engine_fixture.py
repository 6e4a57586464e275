"""`engine.ask`: a test body asks the model itself; its answers are journaled, resumed and replayed like all others."""

import pytest

from projects import usage_line

TOOL_LOOP = """
import pytest
from test_mini import MINI

@pytest.mark.llm_eval(MINI)
def test_loop(sample, engine, score):
    plan = engine.ask(sample.turns[0] + " Plan.", temperature=0.5)
    messages = [
        {"role": "user", "content": sample.turns[0]},
        {"role": "assistant", "content": plan.text},
        {"role": "user", "content": "Now answer."},
    ]
    answer = engine.ask(messages, max_tokens=7)
    score("extractive_match", answer.text == sample.target, extracted=answer.text)
    score("length", len(plan.text))
"""
ANSWER = """
if len(request.messages) == 1:
    return f"plan for {request.messages[0]['content'][-12:]}"
assert request.messages[1]["content"].startswith("plan for")
return "B"
"""
PLAIN = """
def test_plain(engine):
    assert engine.ask("Say yes.").text == "yes"

def test_same_words_twice(engine):
    first, second = engine.ask("Draw.", temperature=1.0, seed=3), engine.ask("Draw.", temperature=1.0, seed=3)
    assert (first.text, second.text) == ("seed 3", "seed 4")
"""
PLAIN_ANSWER = 'return "yes" if "yes" in request.messages[0]["content"] else f"seed {request.sampling.seed}"'
MODEL = ("--model", "fake", "--data-dir", "data")


@pytest.fixture
def loop(mini):
    (mini.path / "benchmarks" / "test_loop.py").write_text(TOOL_LOOP)
    mini.engine(ANSWER)
    return mini


def scores(mini, folder):
    return [test["metadata"]["scores"] for test in mini.report(folder)["tests"]]


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_dependent_calls_are_scored_journaled_and_replayed(loop, workers):
    """Two calls a question, the second with the first's answer; a replay asks no model and gives the same scores."""
    run = loop.run(*MODEL, *workers, "-k", "test_loop", "--seed", "5", subprocess=bool(workers))
    run.assert_outcomes(passed=6)
    lines = loop.journal()
    assert sorted((line["sample"], line["turn"]) for line in lines) == [(str(n), t) for n in range(6) for t in (0, 1)]
    figures = loop.report()["swallow"]["benchmarks"]["mini"]
    assert figures["metrics"]["extractive_match"]["mean"] == pytest.approx(2 / 6)
    assert loop.report()["tests"][0]["metadata"]["finish_reasons"] == ["stop", "stop"]
    loop.engine("raise AssertionError")
    again = loop.run("--replay", "run", "--data-dir", "data", "-k", "test_loop", "--run-dir", "again")
    again.assert_outcomes(passed=6)
    assert scores(loop, "again") == scores(loop, "run")


def test_a_resumed_run_asks_only_what_is_missing(loop):
    """Calls answered before are not sent again."""
    loop.run(*MODEL, "-k", "test_loop and 1")
    assert len(loop.journal()) == 2
    loop.run(*MODEL, "-k", "test_loop", "--resume").assert_outcomes(passed=6)
    assert len(loop.journal()) == 12


def test_a_question_whose_test_asks_itself_is_not_asked_beside_it(loop):
    """Only fixtures that hand out answers make the run ask a question ahead of its test."""
    loop.run(*MODEL, "-k", "test_loop")
    assert not [line for line in loop.journal() if line["turn"] not in (0, 1)]
    assert len(loop.journal()) == 12


def test_tests_without_a_benchmark_can_ask(mini):
    """Answers are found again by the test's node id; the same words asked twice are two draws."""
    (mini.path / "benchmarks" / "test_plain.py").write_text(PLAIN)
    mini.engine(PLAIN_ANSWER)
    result = mini.run(*MODEL, "-k", "plain or twice")
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("benchmark *n *metric*")
    assert {line["benchmark"] for line in mini.journal()} == {"engine"}
    mini.engine("raise AssertionError")
    again = mini.run("--replay", "run", "--data-dir", "data", "-k", "plain or twice", "--run-dir", "again")
    again.assert_outcomes(passed=2)


def test_without_a_model_it_says_what_to_do(mini):
    """The demo has answers to questions only."""
    (mini.path / "benchmarks" / "test_plain.py").write_text(PLAIN)
    result = mini.run("-k", "plain")
    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*there is no model to ask; give --model NAME, or --replay PATH*"])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ('engine.ask("x", temprature=0)', "engine.ask takes temperature, *but got 'temprature'"),
        ('engine.ask([{"role": "user"}])', "expected messages with 'role' and 'content'"),
        ("engine.ask([])", "expected a text or at least one message"),
    ],
)
def test_what_no_engine_could_take_is_one_line(mini, call, message):
    """A mistake in a test body names what was expected."""
    (mini.path / "benchmarks" / "test_plain.py").write_text(f"def test_plain(engine):\n    {call}\n")
    mini.engine("return 'yes'")
    result = mini.run(*MODEL, "-k", "plain")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"*{message}*"])


def test_an_engine_fixture_of_the_projects_own_stays_its_own(mini):
    """A project with a fixture of that name is not asked for a model."""
    (mini.path / "benchmarks" / "test_own.py").write_text(
        "import pytest\n@pytest.fixture\ndef engine():\n    return 'sqlite'\n"
        "def test_own(engine):\n    assert engine == 'sqlite'\n"
    )
    mini.engine("raise AssertionError")
    mini.run("-k", "test_own").assert_outcomes(passed=1)
    mini.run(*MODEL, "-k", "test_own").assert_outcomes(passed=1)
    assert usage_line(mini.run("--gate", "mini.nothing>=1"))
