"""`--reference`: what differs between the versions of the reference, and nothing else."""

import json

import pytest
from test_benchmarks import BENCHMARKS

from endpoint import Endpoint
from places import ROOT
from projects import usage_line, write_jsonl
from swallow_metrics.datatypes import Sampling
from swallow_metrics.engines.dialect import body_of
from swallow_metrics.judge.panel import judge_sampling
from swallow_metrics.reference import REFERENCES, recorded
from swallow_metrics.settings import JudgeSettings, Settings
from swallow_metrics.wiring.sampling import sampling_for
from swallow_metrics.wiring.versions import followed


def test_the_version_is_in_the_report(mini):
    """202604 by default, else as the command line or the ini file says."""
    mini.run()
    assert mini.report()["swallow"]["reference"] == "202604"
    mini.run("--reference", "202508", "--run-dir", "b")
    assert mini.report("b")["swallow"]["reference"] == "202508"
    (mini.path / "pytest.ini").write_text("[pytest]\nswallow_reference = 202508\n")
    mini.run("--run-dir", "c")
    assert mini.report("c")["swallow"]["reference"] == "202508"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--reference", "202601"), "--reference expects one of 202508, 202604, but got '202601'"),
        (("--livecodebench-release", "v7"), "--livecodebench-release expects one of v6, v5_v6, but got 'v7'"),
    ],
)
def test_an_unknown_version_or_release_is_one_line(mini, arguments, said):
    """Before anything is loaded."""
    assert said in usage_line(mini.run(*arguments))


def test_a_run_is_replayed_and_resumed_as_its_version(mini):
    """A run's folder keeps its version; the other one is refused; a bare journal is scored as the option says."""
    mini.engine("return 'A'")
    options = ("--model", "m", "--data-dir", "data")
    mini.run(*options, "--reference", "202508", "--run-dir", "old")
    mini.run("--replay", "old", "--data-dir", "data", "--run-dir", "again")
    assert mini.report("again")["swallow"]["reference"] == "202508"
    line = usage_line(mini.run("--replay", "old", "--data-dir", "data", "--run-dir", "x", "--reference", "202604"))
    assert "is a run of version 202508 of the reference, not of 202604" in line
    line = usage_line(mini.run(*options, "--run-dir", "old", "--resume", "--reference", "202604"))
    assert "is a run of version 202508 of the reference, not of 202604" in line
    mini.run("--replay", "old/responses.jsonl", "--data-dir", "data", "--run-dir", "bare")
    assert mini.report("bare")["swallow"]["reference"] == "202604"
    report = mini.report("old")
    del report["swallow"]["reference"]  # as runs were written before they had a version
    (mini.path / "old" / "report.json").write_text(json.dumps(report))
    mini.run(*options, "--run-dir", "old", "--resume")
    assert mini.report("old")["swallow"]["reference"] == "202508"


def test_what_a_folder_was_made_with(tmp_path):
    """The version and LiveCodeBench's release: of the report, or of the run file where the run has not ended."""
    assert recorded(tmp_path) == (None, None)
    for text, expected in (
        ('reference = "202508"', ("202508", None)),
        ('reference = "202508"\n[benchmarks.livecodebench]', ("202508", "v5_v6")),
        ('reference = "202604"\n[benchmarks.livecodebench]', ("202604", "v6")),
        ('reference = "202604"\nlivecodebench_release = "v5_v6"\n[benchmarks.livecodebench]', ("202604", "v5_v6")),
        ("reference = 3", (None, None)),
    ):
        (tmp_path / "run.toml").write_text(text)
        assert recorded(tmp_path) == expected
    for swallow, expected in (
        ({"reference": "202604"}, ("202604", None)),
        ({"reference": "202604", "benchmarks": {"livecodebench": {"release": "v5_v6"}}}, ("202604", "v5_v6")),
        ({"benchmarks": {"livecodebench": {}}}, ("202508", None)),
    ):
        (tmp_path / "report.json").write_text(json.dumps({"swallow": swallow}))
        assert recorded(tmp_path) == expected
    (tmp_path / "report.json").write_text("torn")
    assert recorded(tmp_path) == (None, None)


def test_another_release_is_not_scored(mini):
    """Its answers are to other problems: a folder is replayed and resumed as its release, or refused in one line."""
    folder = mini.path / "old"
    folder.mkdir()
    swallow = {"reference": "202604", "benchmarks": {"livecodebench": {"release": "v5_v6"}}}
    (folder / "report.json").write_text(json.dumps({"swallow": swallow}))
    for given in (("--replay", "old"), ("--model", "m", "--resume", "--run-dir", "old")):
        line = usage_line(mini.run(*given, "--livecodebench-release", "v6", "--data-dir", "data"))
        assert "old is a run of LiveCodeBench's release v5_v6, not of v6" in line


def test_generations_and_releases():
    """GPQA and AIME are asked four times in 202604; a replay has what it has; both releases can be chosen."""
    new, old = REFERENCES["202604"], REFERENCES["202508"]
    for name in BENCHMARKS:
        one, two = (followed(BENCHMARKS[name], version, None, "model") for version in (old, new))
        assert (one.repeats, two.repeats) == ((1, 4) if name in ("gpqa_diamond", "aime") else (one.repeats,) * 2), name
        assert followed(BENCHMARKS[name], new, None, "replay").repeats == one.repeats
    assert followed(BENCHMARKS["aime"], new, None, "model").sampling == Sampling(temperature=0.6, top_p=0.95)
    code = BENCHMARKS["livecodebench"]
    assert (followed(code, new, None, "demo").dataset.rows, followed(code, old, None, "demo").dataset.rows) == (
        175,
        342,
    )
    assert followed(code, new, "v5_v6", "demo").facts == {"release": "v5_v6"}
    assert followed(code, new, None, "demo").dataset.files == ("test6.jsonl",)


@pytest.mark.parametrize(
    ("version", "given", "temperature"), [("202508", 0.3, 0.7), ("202604", 0.3, 0.3), ("202604", None, 0.7)]
)
def test_temperatures_of_mt_bench(version, given, temperature):
    """Demands in 202508, defaults in 202604 (JU-3, JU2-4)."""
    settings = Settings(mode="model", reference=version, sampling=Sampling(temperature=given))
    assert sampling_for(BENCHMARKS["english_mt_bench"], settings, "writing").temperature == temperature


def test_requests_of_the_judge(shared):
    """All recorded requests of 202604, of its judge and of others; the former version's own (JU-8, JU2-1 to JU2-3)."""
    for request in json.loads((shared / "conformance/v202604/expected/judge_requests.json").read_text("utf-8")):
        effort = request.get("reasoning_effort")
        settings = JudgeSettings(
            reference="202604",
            sampling=Sampling(reasoning_effort=None if effort == "none" else effort),
            left_out=frozenset() if effort else frozenset({"reasoning_effort"}),
        )
        body = body_of(request["model"], request["messages"], judge_sampling(settings, request["model"]))
        assert {name: request[name] for name in body} == body
        assert set(request) - set(body) == {"n", "response_format"}  # 1 and none are what a server does anyway
    old = "gpt-4o-2024-08-06"
    body = body_of(old, [], judge_sampling(JudgeSettings(reference="202508"), old))
    assert body == {"model": old, "messages": [], "temperature": 0.0, "max_tokens": 4096}
    limited = JudgeSettings(reference="202604", sampling=Sampling(max_tokens=9))
    assert body_of(old, [], judge_sampling(limited, old)) == {**body, "max_tokens": 9}


@pytest.mark.parametrize(("version", "mark"), [("202508", ""), ("202604", "<think_dummy>")])
def test_reasoning_in_place_of_a_null_content(mini, version, mark):
    """Marked in 202604 alone (GE-1)."""
    message = {"role": "assistant", "content": None, "reasoning_content": "A"}
    with Endpoint(lambda body: message) as server:
        mini.run("--model", "m", "--base-url", server.url, "--data-dir", "data", "--reference", version)
    assert {line["text"] for line in mini.journal()} == {f"{mark}A"}


def test_spans_of_translations(pytester, tmp_path):
    """WMT20's cues and cut through the command line: the same journal under both versions."""
    rows = [{"translation": {"en": "Hi", "ja": "やあ"}}, {"translation": {"en": "Ho", "ja": "おい"}}]
    write_jsonl(tmp_path / "data/wmt20_en_ja.jsonl", rows)
    answers = ["日本語：やあ", "日本語: " + "おい" * 9]
    lines = [{"benchmark": "wmt20_en_ja", "sample": str(n), "text": text} for n, text in enumerate(answers)]
    write_jsonl(tmp_path / "answers.jsonl", lines)
    spans = {}
    for version in REFERENCES:
        run = tmp_path / version
        pytester.runpytest_inprocess(
            "-p", "no:anyio", "-p", "no:hypothesispytest", str(ROOT / "benchmarks/test_wmt20.py"), "--data-dir",
            str(tmp_path / "data"), "--replay", str(tmp_path / "answers.jsonl"), "--run-dir", str(run),
            "--reference", version, "-c", str(ROOT / "pyproject.toml"),
        )  # fmt: skip
        report = json.loads((run / "report.json").read_text())
        spans[version] = [test["metadata"]["extracted"] for test in report["tests"]]
        assert report["swallow"]["benchmarks"]["wmt20_en_ja"]["reference"] == version
    assert spans == {"202508": [[""], ["おい" * 9]], "202604": [["やあ"], ["おい" * 3]]}
