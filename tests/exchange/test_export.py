"""Runs in other programs' forms."""

import csv
import json
import os
import shutil
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from exported import ANSWERS, RECORDS, SHOWN, exported_run
from recorded import record as question
from recorded import report, run_folder
from swallow_metrics.boards.aggregate import aggregate_runs
from swallow_metrics.cli.main import main
from swallow_metrics.exchange.export import FORMS
from swallow_metrics.runs import read_run

MEASURED = {r["sample"]: r for r in RECORDS if r["error"] is None}


@pytest.fixture
def folder(tmp_path):
    return exported_run(tmp_path / "run")


def export(folder, form, *arguments):
    assert main(["export", str(folder), "--to", form, *map(str, arguments)]) == 0
    return folder / FORMS[form][0]


def test_parquet_has_a_row_for_each_question(folder):
    """Everything of a question is in its row; what was not measured has no score."""
    rows = {row["sample"]: row for row in pq.read_table(export(folder, "parquet")).to_pylist()}
    assert list(rows) == [r["sample"] for r in RECORDS]
    assert rows["anatomy/0"]["answers"] == ["A"]
    assert rows["anatomy/0"]["reasoning"] == ["since"]
    assert rows["anatomy/0"]["messages"][0] == {"role": "system", "content": "Be brief."}
    assert rows["anatomy/1"]["answers"] == [SHOWN]
    assert rows["virology/0"]["answers"] == ["A", "B"]
    assert rows["virology/0"]["score.extractive_match"] == 0.5
    assert rows["virology/1"]["score.extractive_match"] is None
    assert rows["virology/1"]["error"] == "no answer: \\ud800"
    assert rows["0"]["answers"] == ["one", "two"]
    assert [message["content"] for message in rows["0"]["messages"]] == ["first?", "second?"]
    assert rows["0"]["score.verdicts"] == "[7,7]"
    assert rows["0"]["completion_tokens"] == [5, 5]


def test_csv_agrees_with_parquet(folder):
    """The same columns and rows; lists are JSON, and Japanese is readable for spreadsheets."""
    export(folder, "parquet")
    path = export(folder, "csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    table = pq.read_table(folder / "questions.parquet").to_pylist()
    assert [list(row) for row in rows] == [list(row) for row in table]
    for row, other in zip(rows, table, strict=True):
        for name, value in other.items():
            found = json.loads(row[name]) if isinstance(value, list) else row[name]
            assert found == (value if isinstance(value, list) else "" if value is None else str(value))


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n"])
def test_csv_has_no_cell_that_a_spreadsheet_runs(tmp_path, first):
    """An answer that was read, a group and an error may begin as a formula does; a number with a sign stays one."""
    hostile = f'{first}HYPERLINK("http://x","y")'
    records = [
        question("0", 1.0, extracted=hostile, group=hostile),
        question("1", None, error=hostile),
        question("2", 1.0, extracted="-5"),
        question("3", 1.0, extracted="-2.5"),
        question("4", 1.0, extracted="-2+3"),
    ]
    folder = run_folder(tmp_path / "run", records)
    with export(folder, "csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0]["extracted"] == rows[0]["group"] == rows[1]["error"] == f"'{hostile}"
    assert [row["extracted"] for row in rows[2:]] == ["-5", "-2.5", "'-2+3"]


@pytest.mark.parametrize("form", FORMS)
def test_a_figure_over_a_part_says_so(tmp_path, capsys, form):
    """pass@10 of the one problem with ten answers, and what `--limit` left out; tables of questions have no figures."""
    ten, three = ({"humaneval_pass@1:10": 1.0, "humaneval_pass@10:10": 1.0}, {"humaneval_pass@1:10": 0.0})
    more = {"benchmark": "humaneval", "metric": "humaneval_pass@1:10"}
    records = [question("0", 1.0, **more) | {"scores": ten}, question("1", 0.0, **more) | {"scores": three}]
    figures = {"humaneval_pass@1:10": {"mean": 0.5, "stderr": 0.5, "ci95": [0.1, 0.9], "method": "wilson", "n": 2}}
    figures["humaneval_pass@10:10"] = figures["humaneval_pass@1:10"] | {"mean": 1.0, "partial": {"n": 1, "of": 2}}
    parts = {"metrics": figures, "scored": 2, "partial": {"n": 2, "of": 164}}
    folder = tmp_path / "run"
    folder.mkdir()
    document = report([records[1]], metric="humaneval_pass@1:10", parts=parts, reference="202604")
    document["tests"] = [{"nodeid": r["sample"], "outcome": "passed", "metadata": r} for r in records]
    (folder / "report.json").write_text(json.dumps(document), "utf-8")
    texts = [f"{folder}: humaneval is over 2 of 164 questions"]
    texts.append(f"{folder}: humaneval humaneval_pass@10:10 is over 1 of 2 questions")
    made = export(folder, form)
    told = capsys.readouterr().err
    assert [text in told for text in texts] == [form not in ("parquet", "csv")] * 2
    if form == "lm-eval":
        (results,) = made.glob("*/results_*.json")
        assert json.loads(results.read_text("utf-8"))["n-samples"]["humaneval"] == {"original": 164, "effective": 2}
    assert main(["aggregate", str(folder)]) == 0
    told = capsys.readouterr().err
    assert all(text in told for text in texts)


def test_lighteval_results_and_details(folder):
    """Keys are those of rule AG-1, values those of the aggregated row; details hold every answer."""
    made = export(folder, "lighteval")
    (results,) = made.glob("results/org/model/results_*.json")
    document = json.loads(results.read_text("utf-8"))
    assert document["config_general"]["model_name"] == "org/model"
    found = {key: values["extractive_match"] for key, values in document["results"].items() if "jmmlu" in key}
    assert found == {
        "swallow|swallow_jmmlu:anatomy|0": 0.5,
        "swallow|swallow_jmmlu:virology|0": 0.5,
        "swallow|swallow_jmmlu:_average|0": 0.5,
    }
    assert document["config_tasks"]["swallow|swallow_jmmlu:anatomy"]["effective_num_docs"] == 2
    assert document["config_tasks"]["swallow|swallow_jmmlu:virology"]["effective_num_docs"] == 1
    row, *_ = aggregate_runs([read_run(folder, print)], version=None, model=None)
    assert row.values["jmmlu"] == 0.5
    details = {path.name.split("_2")[0]: pq.read_table(path).to_pylist() for path in made.rglob("details_*.parquet")}
    assert details.keys() == {
        "details_swallow|swallow_jmmlu:anatomy|0",
        "details_swallow|swallow_jmmlu:virology|0",
        "details_swallow|japanese_mt_bench|0",
    }
    anatomy = details["details_swallow|swallow_jmmlu:anatomy|0"]
    assert [row["predictions"] for row in anatomy] == [["A"], [SHOWN]]
    assert [row["gold_index"] for row in anatomy] == [[0], [1]]
    assert [row["metrics"] for row in anatomy] == [{"extractive_match": 1.0}, {"extractive_match": 0.0}]
    assert details["details_swallow|swallow_jmmlu:virology|0"][1]["metrics"] == {"extractive_match": None}


def test_inspect_log(folder):
    """A log per benchmark; a question that was not measured is an error without a score."""
    names = sorted(path.name for path in export(folder, "inspect").iterdir())
    assert [name.split("_")[1] for name in names] == ["japanese-mt-bench", "swallow-jmmlu"]
    assert all(name.endswith(".eval") for name in names)


def read_with(module, code, *arguments):
    """What a script says as JSON, run where the other program is installed; skips where it is nowhere."""
    python = os.environ.get(f"SWALLOW_TEST_{module.upper()}_PYTHON", sys.executable)
    if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode:
        pytest.skip(f"{module} is not installed; name a Python that has it in SWALLOW_TEST_{module.upper()}_PYTHON")
    command = [python, "-c", code, *map(str, arguments)]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_inspect_reads_its_form(folder):
    """inspect_ai's own reader finds the logs, and in them the same samples, scores, answers and errors."""
    code = """
import json, sys
from inspect_ai.log import list_eval_logs, read_eval_log, read_eval_log_sample_summaries
found = {}
for info in list_eval_logs(sys.argv[1]):
    log = read_eval_log(info)
    summaries = read_eval_log_sample_summaries(info)
    found[log.eval.task] = {
        "status": log.status, "model": log.eval.model,
        "results": {score.name: score.metrics["mean"].value for score in log.results.scores},
        "unscored": [score.unscored_samples for score in log.results.scores],
        "samples": {s.id: [{name: score.value for name, score in s.scores.items()}, [c.message.text for c in s.output.choices],
                           s.error and s.error.message, s.target, len(s.messages)] for s in log.samples},
        "summaries": {s.id: {name: score.value for name, score in s.scores.items()} for s in summaries},
    }
print(json.dumps(found))
"""
    found = read_with("inspect_ai", code, export(folder, "inspect"))
    report = read_run(folder, print)
    assert found.keys() == report.benchmarks.keys()
    for task, log in found.items():
        assert (log["status"], log["model"]) == ("success", "org/model")
        assert log["results"] == {m: f["mean"] for m, f in report.benchmarks[task]["metrics"].items()}
        assert log["samples"].keys() == report.records[task].keys() == log["summaries"].keys()
        for sample, record in report.records[task].items():
            assert log["samples"][sample][0] == record.scores == log["summaries"][sample]
    jmmlu = found["swallow_jmmlu"]["samples"]
    assert jmmlu["anatomy/0"][1:] == [["A"], None, "A", 3]
    assert jmmlu["anatomy/1"][1] == [SHOWN]
    assert jmmlu["virology/0"][1] == ["A", "B"]
    assert jmmlu["virology/1"][2] == "no answer: \\ud800"
    assert found["swallow_jmmlu"]["unscored"] == [1]
    assert found["japanese_mt_bench"]["samples"]["0"][4] == 4


@pytest.mark.slow
def test_lm_eval_reads_its_form(folder):
    """The harness's own functions find the files, name the tasks and print the table; datasets loads the samples."""
    code = """
import json, sys
from pathlib import Path
from datasets import load_dataset
from lm_eval.utils import get_file_datetime, get_file_task_name, get_results_filenames, get_sample_results_filenames, make_table
files = [str(path) for path in Path(sys.argv[1]).rglob("*.json*")]
(results,) = get_results_filenames(files)
document = json.loads(Path(results).read_text("utf-8"))
tasks = {}
for path in get_sample_results_filenames(files):
    rows = load_dataset("json", data_files=path, split="train", cache_dir=sys.argv[2])
    tasks[get_file_task_name(Path(path).name)] = [dict(row) for row in rows]
    assert get_file_datetime(Path(path).name) == get_file_datetime(Path(results).name).removesuffix(".json")
print(json.dumps({"table": make_table(document), "tasks": tasks}))
"""
    found = read_with("lm_eval", code, export(folder, "lm-eval"), folder / "cache")
    assert found["tasks"].keys() == {"swallow_jmmlu", "japanese_mt_bench"}
    for rows in found["tasks"].values():
        for row in rows:
            record = next(r for r in RECORDS if r["sample"] == row["doc"]["id"])
            numbers = {name: value for name, value in record["scores"].items() if isinstance(value, float)}
            assert {name: row[name] for name in row["metrics"]} == numbers
    jmmlu = found["tasks"]["swallow_jmmlu"]
    assert [row["resps"] for row in jmmlu] == [[["A"]], [[SHOWN]], [["A", "B"]], [[]]]
    assert jmmlu[3]["error"] == "no answer: \\ud800"
    assert found["tasks"]["japanese_mt_bench"][0]["resps"] == [["one"], ["two"]]
    assert "|swallow_jmmlu" in found["table"]
    assert "extractive_match" in found["table"]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_missing_is_said_and_the_rest_written(form, tmp_path, capsys):
    """Folders of older versions hold neither questions nor answers; a report alone neither."""
    for folder in (exported_run(tmp_path / "run", questions=None, answers=None), tmp_path / "alone.json"):
        if folder.suffix:
            shutil.copy(tmp_path / "run" / "report.json", folder)
        assert main(["export", str(folder), "--to", form, "--out", str(tmp_path / f"{folder.name}-out")]) == 0
        told = capsys.readouterr()
        assert told.out == f"wrote {tmp_path / f'{folder.name}-out'}\n"
        assert [line.split(": ")[0] for line in told.err.splitlines()] == ["warning", "warning"]
        assert "prompts and gold answers are not known; they are left out of the export" in told.err
        assert (tmp_path / f"{folder.name}-out").exists()


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_written_over_unasked(form, folder, capsys):
    """An export that is there stays, unless --force is given; then a second one is equal to the first."""
    path = export(folder, form)
    before = {file: file.read_bytes() for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()}
    assert main(["export", str(folder), "--to", form]) == 4
    assert capsys.readouterr().err == (
        f"error: {path} exists already; choose another --out, or write over it with --force\n"
    )
    export(folder, form, "--force")
    after = {file for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()}
    assert after == before.keys()
    assert sorted(entry.name for entry in folder.iterdir()) == sorted(
        {"report.json", "questions.jsonl", "responses.jsonl", path.name}
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_torn_journal_is_read_as_far_as_it_goes(form, folder, capsys):
    """What a crash cut off is left out with a warning."""
    journal = folder / "responses.jsonl"
    journal.write_bytes(journal.read_bytes()[:-10])
    export(folder, form)
    assert f"the last line (line {len(ANSWERS)}) is torn and left out" in capsys.readouterr().err


@pytest.mark.parametrize("form", FORMS)
def test_a_broken_journal_is_one_line_and_leaves_nothing(form, folder, capsys):
    """A line in the middle that is not JSON is an error that names it; no half of an export stays."""
    lines = (folder / "responses.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "responses.jsonl").write_bytes(b"".join([lines[0], b"{broken\n", *lines[1:]]))
    assert main(["export", str(folder), "--to", form]) == 4
    told = capsys.readouterr()
    assert told.err.startswith("error: ")
    assert "responses.jsonl, line 2: expected a JSON object" in told.err
    assert told.err.count("\n") == 1
    assert not (folder / FORMS[form][0]).exists()
    assert not list(folder.glob(".export*"))


def test_a_run_without_questions_and_a_place_that_cannot_be_written(tmp_path, capsys):
    """Both are one line."""
    assert main(["export", str(run_folder(tmp_path / "empty", [])), "--to", "csv"]) == 4
    assert "has no question that was asked; there is nothing to export" in capsys.readouterr().err
    folder = exported_run(tmp_path / "run")
    (tmp_path / "file").touch()
    assert main(["export", str(folder), "--to", "csv", "--out", str(tmp_path / "file" / "x.csv")]) == 4
    assert capsys.readouterr().err.startswith("error: cannot write ")


@pytest.mark.parametrize("name", ["../../../etc/x", "/", "..", "a\x00b", "日本語/モデル", ".hidden"])
@pytest.mark.parametrize("form", ["lighteval", "lm-eval", "inspect"])
def test_no_name_of_a_model_leads_out_of_the_folder(form, name, tmp_path):
    """Whatever a model is called, its files are below the target."""
    folder = exported_run(tmp_path / "run", name=name)
    export(folder, form)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["run"]
    assert any(file.is_file() for file in (folder / FORMS[form][0]).rglob("*"))
