"""`swallow leaderboard` and `swallow aggregate` on run folders made from numbers."""

import csv
import io
import json

import pytest

from projects import read_jsonl
from recorded import record, run_folder
from swallow_metrics.boards.cells import Cell, averaged, cell_of, leaders
from swallow_metrics.boards.columns import TABLES
from swallow_metrics.cli.main import main
from swallow_metrics.datatypes import Record

JA = ("jamcqa", "mmlu_prox_japanese", "swallow_gpqa_ja")


def letters(benchmark, scores, **more):
    return [record(str(number), score, benchmark=benchmark, **more) for number, score in enumerate(scores)]


def run(path, scores, *, benchmarks=("jamcqa",), **more):
    records = [each for name in benchmarks for each in letters(name, scores)]
    return run_folder(path, records, **{"reference": "202604", "created": path.name, **more})


def table(output):
    return {row["model"]: row for row in csv.DictReader(io.StringIO(output))}


def test_published_averages(shared, capsys):
    """The 68 published models: their averages are the plain means of their columns (LB-1)."""
    path = shared / "conformance/v202604/leaderboard/published_2026-05.jsonl"
    assert main(["leaderboard", "--with", str(path), "--format", "csv"]) == 0
    rows = table(capsys.readouterr().out)
    published = read_jsonl(path)
    assert len(rows) == len(published) == 68
    titles = {"Japanese": "ja_post", "English": "en_post", "Japanese MT-Bench": "ja_mtb", "English MT-Bench": "en_mtb"}
    for line, row in zip(published, rows.values(), strict=True):
        assert row["model"].startswith(line["id"])
        for title, key in titles.items():
            assert float(row[f"{title}: average"]) == line["results"][key]["avg"]
            names = [name for name in row if name.startswith(f"{title}: ") and name.count(" ") - title.count(" ") <= 2]
            columns = [n for n in names if not n.endswith((" low", " high", " best", "average", "missing"))]
            cells = [Cell(float(row[name])) for name in columns]
            assert averaged(cells).value == pytest.approx(line["results"][key]["avg"], abs=0.0007)


@pytest.mark.parametrize("missing", [-1, -1.0, None, float("nan"), "", "n/a"])
def test_a_published_score_that_is_missing_is_empty(tmp_path, capsys, missing):
    """However it is written (LB-2), it is no score, no average is made over it, and none of it is marked as best."""
    path = tmp_path / "published.jsonl"
    path.write_text(json.dumps({"id": "x", "results": {"ja_post": {"avg": missing, "JamC-QA": missing, "GPQA": 0.4}}}))
    assert main(["leaderboard", "--with", str(path), "--format", "csv"]) == 0
    row = table(capsys.readouterr().out)["x"]
    assert (row["Japanese: JamC-QA"], row["Japanese: JamC-QA best"], row["Japanese: average"]) == ("", "", "")
    assert (row["Japanese: GPQA"], row["Japanese: missing"]) == ("0.4", "7")


def test_scores_over_a_part_say_so(tmp_path, capsys):
    """What `--limit` or errors left out, unless another folder of the same model has it."""
    one = run(tmp_path / "1", [1.0, 0.0], parts={"partial": {"n": 2, "of": 4}})
    for command in ("leaderboard", "aggregate"):
        assert main([command, str(one)]) == 0
        assert "jamcqa is over 2 of 4 questions" in capsys.readouterr().err
    rest = [record(str(number), 1.0, benchmark="jamcqa") for number in (2, 3)]
    two = run_folder(tmp_path / "2", rest, reference="202604", created="2", parts={"partial": {"n": 2, "of": 4}})
    assert main(["leaderboard", str(one), str(two)]) == 0
    assert "questions" not in capsys.readouterr().err


@pytest.mark.parametrize("lost", [{"scores": {}}, {"scores": {}, "error": "no answer"}], ids=["skipped", "errored"])
def test_a_question_without_a_score_is_not_covered(tmp_path, capsys, lost):
    """A skipped one no more than an errored one; a score in another folder of the model fills it up, older or newer."""
    left = [record("0", 1.0, benchmark="jamcqa"), record("1", 0.0, benchmark="jamcqa") | lost]
    part = {"samples": 2, "scored": 1, "errors": int("error" in lost), "partial": {"n": 1, "of": 2}}
    one = run_folder(tmp_path / "1", left, reference="202604", created="2", parts=part)
    assert main(["leaderboard", str(one)]) == 0
    assert "jamcqa is over 1 of 2 questions" in capsys.readouterr().err
    for created in ("1", "3"):
        whole = run(tmp_path / f"whole{created}", [0.0, 1.0], created=created)
        assert main(["leaderboard", str(one), str(whole), "--format", "csv"]) == 0
        output = capsys.readouterr()
        assert "questions" not in output.err
        expected = "1.0" if created == "1" else "0.5"
        assert table(output.out)["model"]["Japanese: JamC-QA"] == expected


def test_a_benchmark_without_a_column_is_named(tmp_path, capsys):
    """It is left out, whole or in part; one that has a column is not named."""
    names = ("swallow_jmmlu", "jamcqa", "jemhopqa")
    folder = run(tmp_path / "1", [1.0, 0.0], benchmarks=names, parts={"partial": {"n": 2, "of": 4}})
    assert main(["leaderboard", str(folder)]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "warning: model: swallow_jmmlu, jemhopqa have no column on the leaderboard; left out",
        "warning: model: jamcqa is over 2 of 4 questions",
    ]


def test_another_release_of_livecodebench_has_no_place(tmp_path, capsys):
    """The column is of the version's own release."""
    for release, shown in (("v6", "0.5"), ("v5_v6", "")):
        scores = [record(str(k), k % 2, benchmark="livecodebench", metric="codegen_pass@1:10") for k in range(4)]
        folder = run_folder(tmp_path / release, scores, reference="202604", created="1", parts={"release": release})
        published = tmp_path / "published.jsonl"
        published.write_text('{"id": "x", "results": {}}')
        assert main(["leaderboard", str(folder), "--with", str(published), "--format", "csv"]) == 0
        output = capsys.readouterr()
        assert table(output.out)["model"]["English: LiveCodeBench v6"] == shown
        assert ("is of release v5_v6, not of v6; it is left out" in output.err) == (not shown)


def test_a_run_among_published_models(shared, tmp_path, capsys):
    """Intervals for the run, and an average that is missing says how much is missing (LB-2)."""
    path = shared / "conformance/v202604/leaderboard/published_2026-05.jsonl"
    folder = run(tmp_path / "1", [1.0, 0.0] * 50)
    assert main(["leaderboard", str(folder), "--with", str(path), "--format", "csv"]) == 0
    row = table(capsys.readouterr().out)["model"]
    assert (row["Japanese: JamC-QA"], row["Japanese: GPQA"], row["Japanese: average"]) == ("0.5", "", "")
    assert float(row["Japanese: JamC-QA low"]) < 0.5 < float(row["Japanese: JamC-QA high"])
    assert (row["Japanese: missing"], row["published"]) == ("7", "0")
    assert main(["leaderboard", str(folder), "--with", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "| model | 7 missing | 0.500 (0.404–0.596) |" in shown
    assert "| -1" not in shown


@pytest.mark.parametrize("form", ["md", "html", "latex"])
def test_names_are_escaped(tmp_path, capsys, form):
    """A model's name can hold anything."""
    folder = run(tmp_path / "1", [1.0, 0.0], name="a|b_<script>&")
    assert main(["leaderboard", str(folder), "--format", form]) == 0
    shown = capsys.readouterr().out
    escaped = {"md": r"a\|b\_\<script\>\&", "html": "a|b_&lt;script&gt;&amp;", "latex": r"a|b\_<script>\&"}
    assert escaped[form] in shown
    assert "JamC-QA" in shown


@pytest.mark.parametrize("end", ["\n", "\r", "\u2028", "\x85", "\v", "\n\n"])
@pytest.mark.parametrize(("form", "row_end"), [("md", " |"), ("latex", r" \\")])
def test_a_name_with_a_line_end_stays_one_row(tmp_path, capsys, form, row_end, end):
    """A folder of another's can have such a name; what would end the row stands there as an escape."""
    folder = run(tmp_path / "1", [1.0, 0.0], name=f"one{end}two")
    assert main(["leaderboard", str(folder), "--format", form]) == 0
    (row,) = [line for line in capsys.readouterr().out.splitlines() if line.lstrip("| ").startswith("one")]
    assert "two" in row
    assert row.endswith(row_end)


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "＝", "\t", "\r", "\n"])
@pytest.mark.parametrize("published", [False, True])
def test_csv_has_no_name_that_a_spreadsheet_runs(tmp_path, capsys, first, published):
    """Neither a run's nor a published one, as in the exported table."""
    name = f'{first}HYPERLINK("http://x","y")'
    source = tmp_path / "published.jsonl"
    source.write_text(json.dumps({"id": name, "results": {"ja_post": {"JamC-QA": 0.5}}}))
    given = ["--with", str(source)] if published else [str(run(tmp_path / "1", [1.0, 0.0], name=name))]
    target = tmp_path / "board.csv"
    assert main(["leaderboard", *given, "--format", "csv", "--out", str(target)]) == 0
    with target.open(encoding="utf-8", newline="") as stream:
        assert [row["model"] for row in csv.DictReader(stream)] == [f"'{name}"]


def test_the_best_and_what_is_not_significantly_worse(tmp_path, capsys):
    """One question of 100 is chance, 40 are not."""
    folders = [
        run(tmp_path / name, [1.0] * right + [0.0] * (100 - right), name=name)
        for name, right in (("a", 80), ("b", 79), ("c", 40))
    ]
    assert main(["leaderboard", *map(str, folders), "--format", "csv"]) == 0
    rows = table(capsys.readouterr().out)
    assert [rows[name]["Japanese: JamC-QA best"] for name in "abc"] == ["1", "1", "0"]
    assert leaders([None, Cell(0.5), Cell(0.5004), Cell(0.4)]) == [False, True, True, False]
    assert leaders([None, None]) == [False, False]


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_few_equal_questions_prove_nothing(tmp_path, capsys, score):
    """Ten right ones are no significant lead over a published 0.9, nor an average that is known to the last digit."""
    published = tmp_path / "published.jsonl"
    published.write_text(json.dumps({"id": "x", "results": {"ja_post": {"JamC-QA": 0.9 if score else 0.1}}}))
    columns = {column.benchmark for column in TABLES["202604"][0].columns}
    records = [each for name in ("jamcqa", "mmlu_prox_japanese") for each in letters(name, [score] * 10)]
    folder = run_folder(tmp_path / "1", records, reference="202604", created="1")
    assert main(["leaderboard", str(folder), "--with", str(published), "--format", "csv"]) == 0
    rows = table(capsys.readouterr().out)
    assert [rows[name]["Japanese: JamC-QA best"] for name in ("model", "x")] == ["1", "1"]
    column = next(column for column in TABLES["202604"][0].columns if column.benchmark == "jamcqa")
    cell = cell_of(column, {each["sample"]: Record(**each) for each in records[:10]})
    average = averaged([cell] * len(columns))
    assert average.low <= score <= average.high
    assert average.high - average.low > 0.03


def test_runs_of_one_model_are_joined_where_they_may(tmp_path, capsys):
    """Another sampling is not joined and said; other questions of the same benchmark are; the newer record counts."""
    first = run_folder(tmp_path / "1", letters("jamcqa", [1.0, 1.0]), reference="202604", created="1")
    more = [record("1", 0.0, benchmark="jamcqa"), record("2", 0.0, benchmark="jamcqa")]
    second = run_folder(tmp_path / "2", more, reference="202604", created="2")
    other = run_folder(
        tmp_path / "3", letters("jamcqa", [0.0]), reference="202604", created="0",
        parts={"sampling": {"temperature": 1.0}},
    )  # fmt: skip
    assert main(["leaderboard", str(first), str(second), str(other), "--format", "csv"]) == 0
    captured = capsys.readouterr()
    assert float(table(captured.out)["model"]["Japanese: JamC-QA"]) == pytest.approx(1 / 3)
    assert "is not joined with" in captured.err and "sampling.temperature" in captured.err


def test_polymath_is_over_two_levels(tmp_path, capsys):
    """Weighted by their questions, as the row does (PO-5)."""
    levels = [("low", 1.0), ("high", 1.0), ("top", 0.0), ("top", 0.0)]
    records = [record(str(n), s, benchmark="polymath_japanese", group=g) for n, (g, s) in enumerate(levels)]
    folder = run_folder(tmp_path / "1", records, reference="202604")
    assert main(["leaderboard", str(folder), "--format", "csv"]) == 0
    assert float(table(capsys.readouterr().out)["model"]["Japanese: PolyMath HT"]) == pytest.approx(1 / 3)
    assert main(["aggregate", str(folder)]) == 0
    document = json.loads(capsys.readouterr().out)
    expected = {"polymath_ja_high": 1.0, "polymath_ja_top": 0.0, "polymath_ja_high_top": pytest.approx(1 / 3)}
    assert document["results"] == expected
    assert len(document["tasks"]) == document["overall"].count(",") + 1 == 157


def test_the_row_of_several_runs(tmp_path, capsys):
    """The newest counts; four generations have names of their own; -1 only where it is asked for."""
    old = run(tmp_path / "1", [0.0], benchmarks=JA)
    four = {"extractive_match": 0.5, "extractive_match_pass@1:4": 0.5, "extractive_match_maj@1:4": 0.5}
    records = [*letters("jamcqa", [1.0]), record("0", 0.5, benchmark="gpqa_diamond", scores=four)]
    new = run_folder(tmp_path / "2", records, reference="202604", created="2")
    assert main(["aggregate", str(new), str(old)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["results"] == {
        "mmlu_prox_japanese": 0.0,
        "gpqa_main_ja": 0.0,
        "jamcqa": 1.0,
        "gpqa_diamond_pass@1:4": 0.5,
    }
    assert list(document) == ["model", "results", "overall", "tasks", "custom_settings"]
    assert main(["aggregate", str(new), "--reference-sentinels", "--format", "row"]) == 0
    assert capsys.readouterr().out.strip().split(",").count("-1") == 155


@pytest.mark.parametrize("others", [["gpt-4o-2024-08-06"], ["gpt-5.2-2025-12-11", "gpt-4o-2024-08-06"]])
def test_another_judge_is_in_no_name(tmp_path, capsys, others):
    """Names do not tell the judge, so only the reference's own is in the row (AG-6); a panel's score is the mean."""
    folders = []
    for number, judges in enumerate((["gpt-5.2-2025-12-11"], others)):
        records = [record("0", 5.0, benchmark="english_mt_bench", metric="judge_score_overall_avg")]
        parts = {"judge": {"judges": {judge: {} for judge in judges}}}
        path = tmp_path / str(number)
        folders.append(run_folder(path, records, reference="202604", parts=parts, metric="judge_score_overall_avg"))
    assert main(["aggregate", str(folders[0])]) == 0
    assert json.loads(capsys.readouterr().out)["results"] == {"english_mtbench_average": 0.5}
    for command in ("aggregate", "leaderboard"):
        assert main([command, str(folders[1])]) == 0
        captured = capsys.readouterr()
        assert "0.5" not in captured.out.split("Scores from")[0]
        assert f"was judged by {', '.join(others)}, not by gpt-5.2-2025-12-11; it is left out" in captured.err


def test_wrong_usage_is_one_line(tmp_path, capsys):
    """Runs of two versions, columns of another version, several models, nothing at all."""
    new, old = run(tmp_path / "1", [1.0]), run(tmp_path / "2", [1.0], reference="202508")
    other = run(tmp_path / "3", [1.0], name="other")
    unknown = tmp_path / "published.jsonl"
    unknown.write_text(json.dumps({"id": "m", "results": {"ja_post": {"JEMHopQA": 0.5}}}) + "\n")
    (empty := tmp_path / "empty.jsonl").write_text("\n")
    cases = {
        ("leaderboard", new, "--with", empty): "has no rows; expected a JSON object for each published model",
        ("leaderboard", new, "--with", tmp_path): "cannot read",
        ("aggregate", new, old): "is a run of version 202604 of the reference, ",
        ("leaderboard", new, old): "is a run of version 202604 of the reference, ",
        ("aggregate", old, "--reference", "202604"): "whose columns are others than those of 202604",
        ("aggregate", new, other): "the runs are of 2 models (model, other); name one with --model",
        ("aggregate", new, "--model", "none"): "no run is of the model 'none'",
        ("leaderboard",): "expected run folders, or published scores given by --with",
        ("leaderboard", "--with", unknown): "'JEMHopQA' in 'ja_post' is not a column of version 202604",
        ("leaderboard", "--with", tmp_path / "none"): "cannot read",
        ("aggregate", new, "--reference", "202601"): "Invalid value for '--reference'",
    }
    for arguments, said in cases.items():
        assert main(list(map(str, arguments))) == 4, arguments
        error = capsys.readouterr().err
        assert said in error and error.count("\n") == 1, arguments


def test_columns_of_202508(tmp_path, capsys):
    """M-IFEval-Ja is shown outside of the average (LB-5)."""
    assert main(["leaderboard", str(run(tmp_path / "1", [1.0, 0.0], benchmarks=JA, reference="202508"))]) == 0
    shown = capsys.readouterr().out
    assert "M-IFEval-Ja (not in the average)" in shown and "JEMHopQA" in shown
    assert "3 missing" in shown and "JamC-QA" not in shown
