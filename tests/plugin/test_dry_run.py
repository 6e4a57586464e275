"""`--dry-run`: what would be sent and what it takes, with nothing asked and nothing written."""

import json
import re

import pytest

from dialogues import mt  # noqa: F401  # a fixture
from endpoint import Endpoint, completion
from projects import read_jsonl, usage_line
from swallow_metrics.datatypes import Benchmark, Dataset, Sample, Sampling
from swallow_metrics.outlook.benchmark import outlook_of
from swallow_metrics.outlook.look import look
from swallow_metrics.outlook.tokens import Counter
from swallow_metrics.settings import Settings

PRICES = "[m]\nprompt = 2\ncompletion = 10\n"


def dry(mini, server, *more):
    before = sorted(mini.path.glob("[!.]*"))
    result = mini.pytester.runpytest_inprocess(
        "-p", "no:anyio", "-p", "no:hypothesispytest", "benchmarks", "--model", "m", "--base-url", server.url,
        "--data-dir", "data", "--dry-run", *more,
    )  # fmt: skip
    assert server.asked == []
    assert sorted(mini.path.glob("[!.]*")) == before
    return result


def test_what_is_sent_and_what_it_takes(mini):
    """The first question as its body, numbers of requests, an estimate that says it is one."""
    with Endpoint(lambda body: "A") as server:
        arguments = ("--repeats", "3", "--system-prompt", "短く。", "--max-tokens", "100", "--generation", "top_k=20")
        result = dry(mini, server, *arguments)
        assert result.ret == 0
        out = result.stdout.str()
        body = json.loads("".join(line[4:] for line in result.outlines if line.startswith("  | ")))
        assert mini.run("--model", "m", "--base-url", server.url, "--data-dir", "data", *arguments).ret == 0
        assert body == next(sent for sent in server.bodies if "Question 0?" in sent["messages"][1]["content"])
    assert re.search(r"mini +6 +18 +0 ", out)
    assert "an estimate, a token for 4 ASCII characters or one other" in out
    assert "requests: 18 to the model, 0 to judges" in out
    assert "time: not known" in out
    assert "cost: not known; give --prices FILE" in out


def test_rate_and_cost_of_an_earlier_run(mini):
    """A run of two questions says how long and how dear six are."""
    (mini.path / "prices.toml").write_text(PRICES)

    def answer(body):
        return 200, {}, json.dumps({**completion("m", "A"), "usage": {"prompt_tokens": 5, "completion_tokens": 1000}})

    with Endpoint(answer, latency_s=0.2) as server:
        assert mini.run("--model", "m", "--base-url", server.url, "--data-dir", "data", "--limit", "2").ret == 0
        report = mini.path / "run" / "report.json"
        told = json.loads(report.read_text())
        report.write_text(json.dumps(told | {"duration": 100.0}))
        server.asked.clear()
        out = dry(mini, server, "--prices", "prices.toml", "--run-dir", "run").stdout.str()
        assert "time: about 5 minutes, at 0.02 answers per second" in out
        assert re.search(r"cost of the model: about 0\.06 USD for \d+ and 6,000 tokens", out)
        out = dry(mini, server, "--prices", "prices.toml", "--max-tokens", "10").stdout.str()
        assert re.search(r"cost of the model: at most 0\.00 USD for \d+ and 60 tokens", out)
        assert "answers are not known" in dry(mini, server, "--prices", "prices.toml").stdout.str()


def in_process(mini, *more):
    """The context is given by an engine argument, without a model."""
    result = mini.pytester.runpytest_inprocess(
        "-p", "no:anyio", "-p", "no:hypothesispytest", "benchmarks", "--model", "owner/name", "--data-dir", "data",
        "--dry-run", *more,
    )  # fmt: skip
    assert result.ret == 0
    return result.stdout.str()


def test_what_does_not_fit_is_named(mini):
    """As in a run in process: a prompt that fills the context is an error or is skipped, and is not counted then."""
    context = ("--engine-arg", "max_model_len=9", "--max-tokens", "3")
    out = in_process(mini, *context)
    assert re.search(r"does not fit: mini '0': 9 tokens and 3 for the answer, of 9", out)
    assert "6 prompts do not fit; they are errors in the run" in out
    assert "requests: 0 to the model" in out
    assert "are skipped in the run" in in_process(mini, *context, "--on-long-prompt", "skip")


def test_what_leaves_little_room_is_named(mini):
    """In process vLLM asks it all the same, for as many tokens as there are."""
    out = in_process(mini, "--engine-arg", "max_model_len=38", "--max-tokens", "30")
    assert "little room: mini '0'" in out
    assert "6 prompts leave less than --max-tokens" in out
    assert "requests: 6 to the model" in out


MINI = Benchmark(
    "mini", "Mini", Dataset(path="", split="", columns=(), rows=0), lambda row, prompt: Sample("", ("",)), metrics=()
)


@pytest.mark.parametrize(("what", "asked"), [("error", 0), ("skip", 0), ("truncate-left", 6)])
def test_what_does_not_fit_at_an_endpoint(what, asked):
    """There --max-tokens must fit too; cut prompts are asked."""
    counter = Counter(lambda request: 90, lambda request: None, "the test's", limit=100)
    url = ("http://127.0.0.1:9/v1",)
    settings = Settings("model", "m", url, sampling=Sampling(max_tokens=20), on_long_prompt=what)
    samples = [Sample(str(number), ("?",)) for number in range(6)]
    part = outlook_of(MINI, samples, settings, counter, None, None)
    assert part.unfit[0] == "does not fit: mini '0': 90 tokens and 20 for the answer, of 100"
    assert (len(part.unfit), part.requests, part.prompt_tokens) == (6, asked, asked * 80)
    (said,) = [line for line in look({"mini": (MINI, samples)}, settings, counter, None, {}) if line.startswith("fit:")]
    assert {"error": "are errors", "skip": "are skipped", "truncate-left": "are cut"}[what] in said


def judged(mt, *more):
    result = mt.pytester.runpytest_inprocess(
        "-p", "no:anyio", "-p", "no:hypothesispytest", "benchmarks", "-m", "english_mt_bench", "--model", "m",
        "--data-dir", "data", "--judge-model", "j", "--dry-run", "--limit", "2", *more,
    )  # fmt: skip
    assert result.ret == 0, result.stderr.str()
    return result.stdout.str()


def test_turns_and_judges_are_counted(mt):
    """Later turns hold the answers before them, and so do the judges' prompts: an assumption that is named."""
    mt.engines()
    (mt.path / "prices.toml").write_text("[m]\nprompt = 1e6\ncompletion = 1e6\n[j]\nprompt = 1e6\ncompletion = 1e6\n")
    prices = ("--prices", "prices.toml", "--repeats", "3")
    out = judged(mt, *prices)
    assert re.search(r"english_mt_bench +2 +12 +12 ", out)
    assert "counted with answers of 500 tokens (assumed)" in out
    assert "requests: 12 to the model, 12 to judges" in out
    short, long = (numbers(judged(mt, *prices, "--max-tokens", most)) for most in ("10", "20"))
    # Six conversations: the second turn has one answer more; the judge reads one answer, then two.
    assert long["model"][0] - short["model"][0] == 6 * 10
    assert long["judge"][0] - short["judge"][0] == 6 * 3 * 10
    assert (short["model"][1], long["model"][1], short["judge"][1]) == (12 * 10, 12 * 20, 12 * 250)
    first = int(re.search(r"english_mt_bench +2 +12 +12 +([\d,]+)", out)[1])
    assert short["model"][0] > 12 * first  # the second turn repeats the first
    assert "no table for 'k'" in judged(mt, *prices, "--judge-model", "k")
    assert "12 to the model, 24 to judges" in judged(mt, *prices, "--judge-model", "k")


def test_a_judge_without_a_key_is_looked_at(mt):
    """Nobody is asked, so the look needs no key; it says that the run will."""
    asked = ("--model", "m", "--base-url", "http://127.0.0.1:9", "--data-dir", "data")
    result = mt.run(*asked, "--dry-run", run_dir=None)
    assert result.ret == 0, result.stderr.str()
    assert "requests: 80 to the model, 80 to judges" in result.stdout.str()
    assert "before the run itself: the judge gpt-5.2-2025-12-11 at https://api.openai.com" in result.stdout.str()
    assert "needs a key: set $OPENAI_API_KEY" in usage_line(mt.run(*asked))


def numbers(out):
    """Tokens of prompts and of what is written, of the model and of the judge."""
    found = re.findall(r"cost of the (model|judge).* USD for ([\d,]+) and ([\d,]+) tokens", out)
    return {who: (int(prompts.replace(",", "")), int(rest.replace(",", ""))) for who, prompts, rest in found}


def test_measured_verdicts(mt):
    """An earlier run tells how long answers and verdicts are."""
    mt.engines()
    assert mt.run("--model", "m", "--data-dir", "data", "--judge-model", "j", "--limit", "2", "--repeats", "1").ret == 0
    journal = mt.path / "run/responses.jsonl"
    lines = read_jsonl(journal)
    for line in lines:
        line["usage"] = {"prompt_tokens": 9, "completion_tokens": 7 if line["role"] == "judge" else 100}
    journal.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (mt.path / "prices.toml").write_text("[m]\nprompt = 1\ncompletion = 1\n[j]\nprompt = 1\ncompletion = 1\n")
    out = judged(mt, "--prices", "prices.toml", "--run-dir", "run", "--repeats", "1")
    assert "counted with answers of 100 tokens (measured)" in out
    assert numbers(out)["model"][1] == 4 * 100
    assert numbers(out)["judge"][1] == 4 * 7
    assert "(length of verdicts measured)" in out


def test_what_makes_no_sense_beside_it(mini):
    assert "holds no finished run" in usage_line(mini.run("--dry-run", "--run-dir", "nothing"))
    result = mini.pytester.runpytest_subprocess("benchmarks", "--dry-run", "-n", "2")
    assert result.ret != 0
    assert "leave -n out" in result.stdout.str() + result.stderr.str()
