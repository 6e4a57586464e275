"""MT-Bench end to end: answers, verdicts, journal and report."""

import json

import pytest

from dialogues import MODEL, mt  # noqa: F401  # a fixture
from endpoint import Endpoint
from projects import usage_line, write_jsonl


@pytest.mark.parametrize("language", ["japanese", "english"])
def test_demo(mt, language):
    """Bundled answers and verdicts of mixed quality are scored: retries, missing verdicts, groups."""
    assert mt.run(language=language).ret == 0
    figures = mt.figures(language=language)
    assert (figures["samples"], figures["scored"], figures["primary"]) == (8, 8, "judge_score")
    metrics = figures["metrics"]
    assert (
        metrics["judge_score_lowest"]["mean"] < metrics["judge_score"]["mean"] < metrics["judge_score_highest"]["mean"]
    )
    assert metrics["judge_score_overall_avg"]["mean"] < metrics["judge_score"]["mean"]  # -1 averaged in
    assert metrics["judge_missing"]["mean"] == 2 / 80
    assert ("japanese_ratio_overall" in metrics) == (language == "japanese")
    assert len(figures["groups"]) == 8
    judge = figures["judge"]["judges"]["demo-judge"]
    assert (judge["missing"], judge["retried"]) == (2, 3)
    assert mt.report()["swallow"]["averages"]["judge"] == metrics["judge_score"]["mean"]


def test_a_model_run(mt):
    """Five conversations of two turns a question, each turn judged once, at the category's temperature."""
    mt.engines()
    assert (
        mt.run(*MODEL, "--judge-model", "j", "--temperature", "0.9", "--top-p", "0.5", "--reference", "202508").ret == 0
    )
    assert len(mt.asked("model")) == len(mt.asked("judge")) == 8 * 5 * 2
    rows = [json.loads(line)["category"] for line in (mt.path / "data/english_mt_bench.jsonl").read_text().splitlines()]
    hot = {"writing": 0.7, "roleplay": 0.7, "stem": 0.1, "humanities": 0.1}
    for _, _, sample, _, _, temperature in mt.asked("model"):
        assert temperature == hot.get(rows[int(sample)], 0.0)
    assert {request[5] for request in mt.asked("judge")} == {0.0}
    figures = mt.figures()
    assert figures["metrics"]["judge_score"]["mean"] == pytest.approx(0.8)
    assert figures["metrics"]["judge_score"]["n"] == 8
    sampling = figures["sampling"]
    assert sampling["temperature"]["writing"] == 0.7
    assert sampling["source"]["temperature"] == "benchmark"
    assert sampling["source"]["top_p"] == "user"
    assert figures["judge"]["sampling"] == {"temperature": 0.0, "max_tokens": 4096, "retries": 2}
    assert len(figures["judge"]["prompts"]["sha256"]) == 64
    lines = mt.journal()
    assert len(lines) == 160
    assert {line.get("judge") for line in lines if line["role"] == "judge"} == {"j"}


def test_what_judges_are_sent_comes_from_all_places(mt):
    """Command line over run file over ini file, field by field, as for the model; also `KEY=`, which sends none."""
    (mt.path / "pytest.ini").write_text("[pytest]\nswallow_judge_generation =\n  top_k=1\n  user=ini\n")
    (mt.path / "run.toml").write_text('judge_generation = { top_k = 2, min_p = 0.5, temperature = "none" }\n')
    options = (*MODEL, "--limit", "1", "--repeats", "1", "--judge-model", "j", "--run-config", "run.toml")
    with Endpoint(lambda body: "text") as answers, Endpoint(lambda body: "[[5]]") as judge:
        options += ("--base-url", answers.url, "--judge-base-url", judge.url)
        assert mt.run(*options, "--judge-generation", "min_p=", "--judge-generation", "seed=3").ret == 0
        again = mt.run("--run-config", "run/run.toml", run_dir="again")
        assert again.ret == 0
    sent = [{name: of for name, of in body.items() if name not in ("model", "messages")} for body in judge.bodies]
    assert sent == [{"max_tokens": 4096, "seed": 3, "top_k": 2, "user": "ini"}] * 4


def test_each_conversation_continues_its_own_answer(mt):
    """Turn 2 shows the answer that the same conversation gave in turn 1, and the judge sees both."""
    mt.engines(
        answer="""
if request.turn:
    assert request.messages[1]["content"] == f"first answer {request.repeat}", request.messages
return f"{'second' if request.turn else 'first'} answer {request.repeat}"
""",
        verdict="""
shown = request.messages[-1]["content"]
assert f"first answer {request.repeat}" in shown and ("second answer" in shown) == (request.turn == 1)
return "[[5]]"
""",
    )
    assert mt.run(*MODEL, "--judge-model", "j").ret == 0


def test_unreadable_verdicts(mt):
    """They are asked again with recorded seeds; what stays unreadable is missing, gated and bounded, never a number."""
    mt.engines(verdict='return "[[8]]" if request.attempt or request.repeat else "I would say 8"')
    assert mt.run(*MODEL, "--judge-model", "j", "--judge-retries", "1").ret == 0
    assert {line.get("seed") for line in mt.journal() if line.get("attempt")} == {1}
    metrics = mt.figures()["metrics"]
    assert metrics["judge_score"]["mean"] == pytest.approx(0.8)
    assert metrics["judge_score_overall_avg"]["mean"] == pytest.approx((8 * 4 - 1) / 50)
    assert metrics["judge_missing"]["mean"] == 0
    gate = ("--gate", "english_mt_bench.judge_missing<=0.01")
    options = (*MODEL, "--judge-model", "j", "--judge-retries", "0", *gate)
    assert mt.run(*options, run_dir="none").ret == 8
    metrics = mt.figures("none")["metrics"]
    assert metrics["judge_score"]["mean"] == pytest.approx(0.8)
    assert metrics["judge_missing"]["mean"] == pytest.approx(0.2)
    assert metrics["judge_score_lowest"]["mean"] == pytest.approx((8 * 4 + 1) / 50)
    assert metrics["judge_score_highest"]["mean"] == pytest.approx((8 * 4 + 10) / 50)
    assert mt.figures("none")["counts"]["verdicts_missing"] == 16


def test_a_question_without_any_readable_verdict_is_not_measured(mt):
    """An item error that shows what the judge said, without a score; missing verdicts, bounds and the reference count it."""
    mt.engines(verdict='return "I\\x1b[2J cannot\\n\\ud800" * 99 if request.sample in "14" else "[[8]]"')
    result = mt.run(*MODEL, "--judge-model", "j", "--gate", "english_mt_bench.judge_missing<=0.01")
    assert result.ret == 1
    tests = mt.report()["tests"]
    assert [n for n, test in enumerate(tests) if test["outcome"] == "failed"] == [1, 4]
    error = tests[1]["metadata"]["error"]
    assert "judge 'j'" in error
    assert r"begins 'I\x1b[2J cannot\n\ud800" in error
    assert len(error) < 400
    scores = tests[1]["metadata"]["scores"]
    assert scores.keys() >= {"judge_missing", "judge_score_lowest", "judge_score_highest"}
    assert not scores.keys() & {"judge_score", "judge_score_turn_1", "judge_score_turn_2"}
    assert scores["judge_score_overall_avg"] == -1
    assert scores["judge_score_overall_turn_1"] == [-1] * 5
    figures = mt.figures()
    assert (figures["samples"], figures["scored"], figures["errors"]) == (8, 6, 2)
    metrics = figures["metrics"]
    assert metrics["judge_missing"]["mean"] == pytest.approx(0.25)
    assert (metrics["judge_score"]["mean"], metrics["judge_score"]["n"]) == (pytest.approx(0.8), 6)
    assert metrics["judge_score_overall_avg"]["mean"] == pytest.approx(0.8)
    assert metrics["judge_score_lowest"]["mean"] == pytest.approx((6 * 0.8 + 2 * 0.1) / 8)
    assert metrics["judge_score_highest"]["mean"] == pytest.approx((6 * 0.8 + 2 * 1.0) / 8)
    judge = figures["judge"]["judges"]["j"]
    assert (judge["missing"], judge["verdicts"], judge["judge_score"]["n"]) == (20, 80, 6)
    assert mt.report()["swallow"]["gates"][0]["value"] == pytest.approx(0.25)
    assert mt.run("--data-dir", "data", "--replay", "run", run_dir="again").ret == 1
    assert mt.figures("again")["metrics"] == metrics
    mt.engines()
    assert mt.run(*MODEL, "--judge-model", "j", "--resume", "--judge-retries", "3").ret == 0
    assert len(mt.asked()) == 20
    assert mt.figures()["metrics"]["judge_missing"]["mean"] == 0


def test_a_run_is_replayed_without_any_model(mt):
    """Answers and verdicts of a journal give the same figures, and nothing is asked."""
    mt.engines(verdict='return "[[8]]" if request.attempt else f"[[{request.repeat + 1}]]" if request.turn else "?"')
    mt.run(*MODEL, "--judge-model", "j", language="japanese")
    replay = ("--data-dir", "data", "--replay", "run")
    mt.run(*replay, language="japanese", run_dir="again")
    assert mt.asked() == []
    first, second = (mt.figures(folder, language="japanese") for folder in ("run", "again"))
    assert first["metrics"] == second["metrics"]
    assert first["judge"]["judges"] == second["judge"]["judges"]
    assert mt.run(*replay, "--judge-model", "j", language="japanese", run_dir="same").ret == 0
    assert mt.asked() == []
    assert mt.figures("same", language="japanese")["metrics"] == first["metrics"]


def test_answers_alone_need_a_judge(mt):
    """Without verdicts and a judge each item says what to do; with one the answers are judged, and can be replayed."""
    mt.engines()
    mt.run(*MODEL, "--judge-model", "j")
    write_jsonl(mt.path / "answers.jsonl", [line for line in mt.journal() if line["role"] == "model"])
    replay = ("--data-dir", "data", "--replay", "answers.jsonl")
    assert mt.run(*replay, run_dir="none").ret == 1
    report = mt.report("none")
    assert report["swallow"]["benchmarks"]["english_mt_bench"]["errors"] == 8
    assert "give --judge-model" in report["tests"][0]["metadata"]["error"]
    mt.engines(verdict='return "[[3]]"')
    assert mt.run(*replay, "--judge-model", "k", "--max-in-flight", "2", run_dir="judged").ret == 0
    assert len(mt.asked("judge")) == 80
    assert mt.asked("model") == []
    assert mt.figures("judged")["metrics"]["judge_score"]["mean"] == pytest.approx(0.3)
    assert mt.run("--data-dir", "data", "--replay", "judged", run_dir="alone").ret == 0
    assert mt.figures("alone")["metrics"] == mt.figures("judged")["metrics"]
    # stopped on the way, judging goes on where it was
    path = mt.path / "judged" / "responses.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:100]))
    there = sum(line["role"] == "judge" for line in mt.journal("judged"))
    assert mt.run(*replay, "--judge-model", "k", "--resume", run_dir="judged").ret == 0
    assert len(mt.asked("judge")) == 80 - there
    assert len(mt.journal("judged")) == 160


def test_another_judge_judges_anew(mt):
    """--judge-model asks its own verdicts, whatever others are recorded; other judge prompts do so too."""
    mt.engines()
    mt.run(*MODEL, "--judge-model", "j")
    mt.engines(verdict='return "[[3]]"')
    replay = ("--data-dir", "data", "--replay", "run")
    mt.run(*replay, "--judge-model", "other", run_dir="other")
    assert len(mt.asked("judge")) == 80
    assert list(mt.figures("other")["judge"]["judges"]) == ["other"]
    own = (mt.path / "benchmarks/judge_prompts/english.toml").read_text().replace("impartial", "strict")
    (mt.path / "own.toml").write_text(own)
    mt.run(*replay, "--judge-model", "j", "--judge-prompts", "own.toml", run_dir="strict")
    assert len(mt.asked("judge")) == 80
    assert mt.figures("strict")["judge"]["prompts"]["path"].endswith("own.toml")


def test_verdicts_written_by_hand(mt):
    """Lines without a key are taken by their place: one that is missing is asked for, or is an error that names it."""
    mt.engines(verdict='return "[[1]]"')
    rows = (mt.path / "benchmarks/demo/english_mt_bench.responses.jsonl").read_text().splitlines()
    lines = [json.loads(row) for row in rows]
    lost = next(line for line in lines if line["role"] == "judge" and line["sample"] == "4" and line["turn"] == 1)
    write_jsonl(mt.path / "some.jsonl", [line for line in lines if line is not lost])
    replay = ("--data-dir", "data", "--replay", "some.jsonl")
    assert mt.run(*replay, run_dir="plain").ret == 1
    error = mt.report("plain")["tests"][4]["metadata"]["error"]
    assert "no verdict of judge 'demo-judge'" in error
    assert "sample '4', repeat 0, turn 1" in error
    assert mt.run(*replay, "--judge-model", "demo-judge", "-n", "2", run_dir="whole", subprocess=True).ret == 0
    asked = [line for line in mt.journal("whole") if line["text"] == "[[1]]"]
    assert [(line["sample"], line["repeat"], line["turn"]) for line in asked] == [("4", 0, 1)]
    assert mt.figures("whole")["judge"]["judges"]["demo-judge"]["verdicts"] == 80


def test_resume_asks_neither_answers_nor_verdicts_twice(mt):
    """Whatever was lost on the way, only that is asked for again."""
    mt.engines(verdict='if request.sample == "3" and request.turn:\n    raise EngineError("lost")\nreturn "[[8]]"')
    result = mt.run(*MODEL, "--judge-model", "j")
    assert result.ret == 1
    assert "judge 'j': lost" in mt.report()["tests"][3]["metadata"]["error"]
    lines = mt.journal()
    mt.engines()
    assert mt.run(*MODEL, "--judge-model", "j", "--resume").ret == 0
    assert len(mt.asked()) == 160 - len(lines)
    assert len(mt.journal()) == 160
    assert mt.figures()["metrics"]["judge_score"]["mean"] == pytest.approx(0.8)


def test_two_judges(mt):
    """Both scores, their mean, and how far they agree; prices give a cost."""
    mt.engines(
        verdict="""
from swallow_metrics.datatypes import Response
rating = request.repeat + 1 + (request.judge == "b") * (request.repeat % 2)
return Response(f"[[{rating}]]", prompt_tokens=1000, completion_tokens=100)
"""
    )
    (mt.path / "prices.toml").write_text('["a"]\nprompt = 2.5\ncompletion = 10\n')
    result = mt.run(*MODEL, "--judge-model", "b", "--judge-model", "a", "--prices", "prices.toml")
    figures = mt.figures()
    judges = figures["judge"]["judges"]
    scores = [judges[name]["judge_score"]["mean"] for name in ("a", "b")]
    assert scores == [pytest.approx(0.3), pytest.approx(0.34)]
    assert figures["metrics"]["judge_score"]["mean"] == pytest.approx(sum(scores) / 2)
    assert figures["metrics"]["judge_score_overall_avg"]["mean"] == pytest.approx(0.3)
    assert 0.8 < figures["judge"]["agreement"]["alpha"] < 1
    assert judges["a"]["cost_usd"] == pytest.approx(80 * (2.5e-3 + 1e-3))
    assert judges["b"]["cost_usd"] is None
    result.stdout.fnmatch_lines(["*judged by a: 0.3000, 0 of 80 verdicts missing*$0.28", "*agreement of its judges*"])
    mt.run("--data-dir", "data", "--replay", "run", run_dir="again")
    assert mt.figures("again")["metrics"] == figures["metrics"]


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_the_rate_of_a_judge_is_kept(mt, workers):
    """Of each judge, over all workers; the model is asked as fast as it answers."""
    import time

    times = []
    with Endpoint(lambda body: "A") as model, Endpoint(lambda body: times.append(time.monotonic()) or "[[7]]") as judge:
        endpoints = ("--base-url", model.url, "--judge-model", "j", "--judge-base-url", judge.url)
        rate = ("--judge-requests-per-minute", "600", "--repeats", "1", "--limit", "4")
        assert mt.run(*MODEL, *endpoints, *rate, *workers, subprocess=bool(workers)).ret == 0
    assert len(times) == 8
    assert times[-1] - times[0] > (0.35 if not workers else 0.25)  # of 0.7, less by what the first is seen late


def test_a_baseline_of_another_judge_is_refused_before_anything_is_asked(mt):
    """As one of another version, whose judge is another one; the same judge's is compared."""
    mt.engines()
    judge = ("--judge-model", "j")
    assert mt.run(*MODEL, *judge, run_dir="first").ret == 0
    assert mt.run(*MODEL, *judge, "--baseline", "first", run_dir="second").ret == 0
    (found,) = mt.report("second")["swallow"]["baseline"]["comparisons"]
    assert found["metric"] == "judge_score"
    (mt.path / "asked.json").unlink()
    for options, said in (
        (("--judge-model", "k"), "the runs differ in judge.models: ['j']"),
        ((*judge, "--judge-retries", "0"), "the runs differ in judge.sampling.retries: 2"),
        ((*judge, "--reference", "202508"), "first follows version 202604 of the reference"),
    ):
        line = usage_line(mt.run(*MODEL, *options, "--baseline", "first", run_dir="third"))
        assert said in line
        assert not (mt.path / "third").exists()
    assert mt.asked() == []
