"""`--baseline`, gates on it, `--gate-early` and `--select`, through whole runs."""

import json
from fnmatch import fnmatchcase
from importlib.metadata import version

import pytest

from projects import usage_line, write_jsonl
from swallow_metrics.cli.main import main

RIGHT = 'return "ABCD"[int(request.sample) % 4]'
BETTER = 'return "ABCD"[int(request.sample) % 4] if int(request.sample) % 10 else "no"'
WORSE = 'return "ABCD"[int(request.sample) % 4] if int(request.sample) % 3 else "no"'
N = 150
FIRST = {}  # the first run's files, once one test has made them


@pytest.fixture
def runs(mini):
    """A project with 150 questions and a first run, in `first`, that has nine in ten right."""
    rows = [{"question": f"Q{n}?", "answer": "ABCD"[n % 4], "topic": f"t{n % 2}"} for n in range(N)]
    write_jsonl(mini.path / "data" / "mini.jsonl", rows)
    mini.engine(BETTER)
    mini.model = ("--model", "m", "--data-dir", "data", "-q")
    if not FIRST:
        mini.run(*mini.model, "--run-dir", "first")
        FIRST.update({path.name: path.read_bytes() for path in (mini.path / "first").iterdir()})
    else:
        (mini.path / "first").mkdir()
        for name, content in FIRST.items():
            (mini.path / "first" / name).write_bytes(content)
    return mini


def test_a_run_is_compared_with_its_baseline(runs, capsys):
    """The report has what `swallow compare` prints, the table the lines."""
    runs.engine(WORSE)
    result = runs.run(*runs.model, "--baseline", "first", "--run-dir", "second")
    assert result.ret == 0
    baseline = runs.report("second")["swallow"]["baseline"]
    (found,) = baseline["comparisons"]
    assert (found["verdict"], found["n"], found["metric"]) == ("worse", N, "extractive_match")
    assert found["difference"] == pytest.approx(100 / 150 - 135 / 150)
    assert baseline["refused"] is None
    result.stdout.fnmatch_lines(["A: fake (*", "mini * worse", "*gained*lost*"])
    capsys.readouterr()
    main(["compare", str(runs.path / "first"), str(runs.path / "second"), "--format", "json"])
    assert json.loads(capsys.readouterr().out)["comparisons"] == baseline["comparisons"]


def test_questions_of_one_run_are_counted_and_named(runs):
    """A part of the questions is compared on that part."""
    runs.run(*runs.model, "--baseline", "first", "--limit", "20", "--run-dir", "second")
    (found,) = runs.report("second")["swallow"]["baseline"]["comparisons"]
    assert (found["n"], found["only_a"]["count"], found["only_b"]["count"]) == (20, N - 20, 0)


@pytest.mark.parametrize(
    ("answers", "more", "verdict", "ret"),
    [
        (WORSE, (), "failed", 8),
        (RIGHT, (), "passed", 0),
        (BETTER.replace("10", "9"), (), "underpowered", 0),
        (BETTER.replace("10", "9"), ("--gate-strict",), "underpowered", 8),
        (BETTER.replace("10", "9"), ("--smallest-difference", "0.2"), "passed", 0),
    ],
)
def test_gates_on_the_baseline(runs, answers, more, verdict, ret):
    """They fail only where the paired interval shows a drop; strict ones also where it could not have been seen."""
    runs.engine(answers)
    gate = "mini.extractive_match>=baseline-0.0001"
    result = runs.run(*runs.model, "--baseline", "first", "--gate", gate, *more, "--run-dir", "second")
    assert result.ret == ret
    (entry,) = runs.report("second")["swallow"]["gates"]
    assert (entry["verdict"], entry["passed"]) == (verdict, ret == 0)
    shown = {"failed": "FAILED", "underpowered": "UNDERPOWERED"}.get(verdict, verdict)
    result.stdout.fnmatch_lines([f"gate {shown}: {gate} (measured *, threshold 0.8999; 95 % interval of the diff*"])
    if verdict == "underpowered":
        assert entry["n_needed"] > N


@pytest.mark.parametrize(
    ("answers", "more", "part", "passed"),
    [
        (f"if request.sample == '7': raise ValueError('lost')\n{WORSE}", (), {"n": 149, "of": 150}, False),
        (WORSE, ("--limit", "50"), {"n": 50, "of": 150}, True),
    ],
)
@pytest.mark.parametrize("threshold", ["baseline-0.9", "0.01"])
def test_a_gate_on_a_part(runs, answers, more, part, passed, threshold):
    """Errors leave it unmeasured, on the baseline as well; of a selection it says how much that is."""
    runs.engine(answers)
    gate = ("--gate", f"mini.extractive_match>={threshold}", "--baseline", "first")
    assert runs.run(*runs.model, *gate, *more, "--run-dir", "second").ret == (0 if passed else 1)
    (entry,) = runs.report("second")["swallow"]["gates"]
    assert (entry["passed"], entry["value"] is not None, entry["partial"]) == (passed, passed, part)


def test_ordinary_gates_have_interval_and_verdict(runs):
    """Beside value, threshold and passed."""
    runs.run(*runs.model, "--gate", "mini.extractive_match>=0.5", "--run-dir", "second")
    (entry,) = runs.report("second")["swallow"]["gates"]
    assert (entry["verdict"], entry["passed"], entry["threshold"]) == ("passed", True, 0.5)
    assert entry["ci95"][0] < entry["value"] < entry["ci95"][1]


@pytest.mark.parametrize(
    ("answers", "gates", "decision"),
    [
        (RIGHT, ["mini.extractive_match>=0.5"], "passed"),
        (WORSE, ["mini.extractive_match>=0.9"], "failed"),
        (WORSE, ["mini.extractive_match>=baseline-0.01"], "failed"),
        (RIGHT, ["mini.extractive_match<=0.5", "mini.extractive_match>=0.6"], "failed"),
    ],
)
def test_a_decided_benchmark_is_asked_no_further(runs, answers, gates, decision):
    """What is not needed is skipped, costs no request once it is known, and is not an error."""
    runs.engine(answers)
    more = [text for gate in gates for text in ("--gate", gate)] + (
        ["--baseline", "first"] if "line" in gates[0] else []
    )
    result = runs.run(*runs.model, "--gate-early", "--max-in-flight", "1", *more, "--run-dir", "second")
    assert result.ret == (0 if decision == "passed" else 8)
    report = runs.report("second")
    part = report["swallow"]["benchmarks"]["mini"]
    asked, left = part["early"]["decided_after"], part["early"]["not_needed"]
    assert part["samples"] == N == asked + left
    assert (part["scored"], part["errors"], report["swallow"]["incomplete"]) == (asked, 0, None)
    assert left > 30
    assert len(runs.journal("second")) < asked + 30
    assert report["swallow"]["gates"][0]["verdict"] == decision
    assert all(gate["decided_after"] == asked for gate in report["swallow"]["gates"])
    assert [test["metadata"]["sample"] for test in report["tests"]] == [str(n) for n in range(N)]
    result.stdout.fnmatch_lines([f"mini: decided after {asked} questions, {left} not needed; the score of *"])


def test_an_open_gate_asks_everything(runs):
    """A score at its threshold is not decided early, nor is a count."""
    gates = ("--gate", "mini.extractive_match>=0.9", "--gate", "mini.errors<=3")
    assert runs.run(*runs.model, "--gate-early", *gates, "--run-dir", "second").ret == 0
    part = runs.report("second")["swallow"]["benchmarks"]["mini"]
    assert part["scored"] == N
    assert "early" not in part


def test_what_flipped_against_the_baseline_of_a_run(runs):
    """A run that was compared itself says with which one."""
    runs.engine(WORSE)
    runs.run(*runs.model, "--run-dir", "second", "--baseline", "first")
    assert runs.run(*runs.model, "--select", "flipped", "--select-from", "second").ret == 0
    assert runs.report()["swallow"]["benchmarks"]["mini"]["samples"] == 50 + 15 - 2 * 5


@pytest.mark.parametrize(
    ("expression", "more", "number"),
    [
        ("score<1", (), 15),
        ("score<1 and unextracted", ("--limit", "4"), 4),
        ("score==1", ("-k", "149"), 1),
        ("flipped", ("--baseline", "second"), 50 + 15 - 2 * 5),
    ],
)
def test_selection_by_result(runs, expression, more, number):
    """Combined with pytest's own selection and --limit."""
    if "second" in more:
        runs.engine(WORSE)
        runs.run(*runs.model, "--run-dir", "second")
    result = runs.run(*runs.model, "--select", expression, "--select-from", "first", *more)
    assert result.ret == 0
    assert runs.report()["swallow"]["benchmarks"]["mini"]["samples"] == number
    assert runs.report()["swallow"]["select"] == expression


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--baseline", "nowhere"), "--baseline */nowhere does not exist"),
        (("--baseline", "first", "--run-dir", "first", "--resume"), "*is this very run*"),
        (("--baseline", "demo"), "*demo is a demo run*"),
        (("--baseline", "old"), "*old/report.json has schema 99*"),
        (("--baseline", "torn"), "*torn/report.json is truncated or was edited*"),
        (("--baseline", "edited"), "*edited was edited: mini has extractive_match 0.125, but its questions give*"),
        (
            ("--baseline", "first", "--baseline-allow", "sampling.temprature"),
            "*'sampling.temprature'; did you mean sampling.temperature*",
        ),
        (("--baseline", "other"), "*other has none of mini: it has measured else*"),
        (("--baseline", "strangers"), "*strangers has measured none of the questions selected*"),
        (
            ("--baseline", "first", "--temperature", "0.5"),
            "mini: the runs differ in sampling.temperature: 0.0 in *first, 0.5 in this run*--baseline-allow sampling*",
        ),
        (("--baseline", "first", "--system-prompt", "Hi"), "mini: the runs differ in engine.system_prompt: None in *"),
        (("--gate", "mini.extractive_match>=baseline"), "*name it with --baseline RUN"),
        (("--baseline", "other", "--gate", "mini.extractive_match>=baseline"), "*needs mini in the baseline*"),
        (("--gate-strict",), "--gate-strict has no effect without --baseline*"),
        (("--smallest-difference", "2", "--baseline", "first"), "--smallest-difference must be*"),
        (("--gate-early",), "--gate-early stops where gates are decided, but there is no gate*"),
        (("--select", "score<1"), "--select EXPR and --select-from RUN go together*"),
        (("--select", "score<<1", "--select-from", "first"), "*expected*'score<<1'*"),
        (("--select", "flipped", "--select-from", "first"), "--select flipped compares two runs*"),
        (("--select", "score<1 or truncatd", "--select-from", "first"), "*'truncatd'*truncated*"),
        (("--select", "scor<1", "--select-from", "first"), "*asks for 'scor'*extractive_match*"),
        (("--select", "error", "--select-from", "first"), "--select 'error' finds no question of this run in *first*"),
    ],
)
def test_bad_input_is_one_line(runs, arguments, expected):
    """Before anything is asked or written."""
    report = json.loads((runs.path / "first" / "report.json").read_text())

    def variant(name, **more):
        folder = runs.path / name
        folder.mkdir()
        changed = {**report, "swallow": {**report["swallow"], **more}}
        (folder / "report.json").write_text(json.dumps(changed))
        return folder / "report.json"

    variant("old", schema=99)
    benchmarks = json.loads(json.dumps(report["swallow"]["benchmarks"]))
    benchmarks["mini"]["metrics"]["extractive_match"]["mean"] = 0.125
    variant("edited", benchmarks=benchmarks)
    torn = variant("torn")
    torn.write_text(torn.read_text()[:-100])
    variant("other", benchmarks={"else": report["swallow"]["benchmarks"]["mini"]})
    strangers = variant("strangers")
    strangers.write_text(strangers.read_text().replace('"sample": "', '"sample": "x'))
    variant("demo", mode="demo")
    line = usage_line(runs.run(*runs.model, *arguments)).removeprefix("ERROR: ")
    assert fnmatchcase(line, expected.replace("[", "[[]") + "*"), line
    assert not (runs.path / "run").exists()


def test_what_differs_only_afterwards_loses_nothing(runs):
    """Engine facts are known at the end: the report is whole, says why there is no comparison, and the run fails."""
    report = json.loads((runs.path / "first" / "report.json").read_text())
    report["swallow"]["benchmarks"]["mini"]["fingerprint"]["metrics"]["extractive_match"] = "older"
    (runs.path / "first" / "report.json").write_text(json.dumps(report))
    gate = ("--gate", "mini.extractive_match>=baseline-0.5")
    result = runs.run(*runs.model, "--baseline", "first", *gate, "--run-dir", "second")
    assert result.ret == 4
    swallow = runs.report("second")["swallow"]
    assert swallow["benchmarks"]["mini"]["scored"] == N
    assert "metrics.extractive_match: 'older'" in swallow["baseline"]["refused"]
    assert (swallow["baseline"]["comparisons"], swallow["gates"][0]["verdict"]) == ([], "failed")
    result.stdout.fnmatch_lines(["NOT COMPARED with the baseline: mini: the runs differ in metrics.extractive_match*"])
    allowed = ("--baseline-allow", "metrics")
    assert runs.run(*runs.model, "--baseline", "first", *gate, *allowed, "--run-dir", "third").ret == 0


def test_versions_of_libraries_are_part_of_a_metric(runs):
    """They are in the fingerprint, also of pass@k and maj@k; scores by another one are refused before anything is asked."""
    module = runs.path / "benchmarks" / "test_mini.py"
    module.write_text(module.read_text().replace('family="exact_match"', 'family="exact_match", voted=True'))
    module.write_text(
        module.read_text().replace("    fields=", '    libraries=("sympy", "none of this name"),\n    fields=')
    )
    runs.model = (*runs.model, "--repeats", "2")
    assert runs.run(*runs.model, "--run-dir", "second").ret == 0
    report = runs.report("second")
    metrics = report["swallow"]["benchmarks"]["mini"]["fingerprint"]["metrics"]
    assert set(metrics.values()) == {f"sympy:{version('sympy')}"}
    assert "extractive_match_maj@2:2" in metrics
    assert runs.run(*runs.model, "--baseline", "second", "--run-dir", "third").ret == 0
    metrics["extractive_match"] = "sympy:1.0"
    (runs.path / "second" / "report.json").write_text(json.dumps(report))
    line = usage_line(runs.run(*runs.model, "--baseline", "second", "--run-dir", "fourth"))
    assert "the runs differ in metrics.extractive_match: 'sympy:1.0'" in line
    assert not (runs.path / "fourth").exists()


def test_chance_and_smallest_difference(mini):
    """Guessing's score comes from the options of each question; the table's footer says what the run could show."""
    module = mini.path / "benchmarks" / "test_mini.py"
    module.write_text(
        module.read_text().replace("group=row.get", 'options=("a",) * (2 + int(row.id) % 2 * 2), group=row.get')
    )
    result = mini.run()
    part = mini.report()["swallow"]["benchmarks"]["mini"]
    assert part["chance"] == (3 * 0.5 + 3 * 0.25) / 6
    assert part["smallest_difference"] > 0.1
    result.stdout.fnmatch_lines(["chance: mini 0.375", "smallest difference shown (80 % power, 5 %): mini *"])


def test_variance_within_and_between_questions(mini):
    """Where there are several generations, and there only."""
    mini.engine('return "ABCD"[int(request.sample) % 4] if (int(request.sample) + request.repeat) % 2 else "no"')
    mini.run("--model", "m", "--data-dir", "data", "--repeats", "4")
    figure = mini.report()["swallow"]["benchmarks"]["mini"]["metrics"]["extractive_match"]
    assert (figure["within"], figure["between"]) == (pytest.approx(1 / 3), 0.0)
    mini.run("--model", "m", "--data-dir", "data", "--run-dir", "one")
    assert "within" not in mini.report("one")["swallow"]["benchmarks"]["mini"]["metrics"]["extractive_match"]
