"""Other programs' answers as a journal."""

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from places import ROOT
from projects import MINI_ANSWERS, MINI_ROWS, read_jsonl, write_jsonl
from recorded import run_folder
from swallow_metrics.cli.main import main
from swallow_metrics.datasets.row import Origin, Row
from swallow_metrics.datatypes import Sample
from swallow_metrics.exchange.benchmark import questions
from swallow_metrics.exchange.foreign import Answers
from swallow_metrics.exchange.matching import AMBIGUOUS, NO_QUESTION, Matcher, shown_order

DEMO = ROOT / "benchmarks" / "demo"
NAMES = sorted(path.name.removesuffix(".responses.jsonl") for path in DEMO.glob("*.responses.jsonl"))


def lines(path):
    return read_jsonl(path)


def import_(path, *arguments, benchmark="mini", data="data", out="journal.jsonl"):
    """The exit status and the journal's lines."""
    status = main(
        ["import", str(path), "--benchmark", benchmark, "--data-dir", str(data), "--out", str(out), *arguments]
    )
    return status, lines(Path(out)) if status == 0 else None


def answer_lines(name):
    """The bundled answers of a benchmark: sample → turn → texts, and the order its options were shown in."""
    answers, orders = {}, {}
    for line in lines(DEMO / f"{name}.responses.jsonl"):
        if line.get("role", "model") == "model":
            answers.setdefault(line["sample"], {}).setdefault(line.get("turn", 0), []).append(line["text"])
            orders[line["sample"]] = line.get("choices")
    return answers, orders


@pytest.mark.parametrize("name", NAMES)
def test_shuffled_samples_of_every_benchmark_find_their_questions(name, tmp_path):
    """What lm-evaluation-harness would log of the bundled answers, in another order, becomes the bundled answers."""
    answers, orders = answer_lines(name)
    asked = questions(name, DEMO)
    random.Random(name).shuffle(asked)
    rows = []
    for number, (row, sample) in enumerate(asked):
        shown = "\n".join(f"({letter}) {text}" for letter, text in zip("ABCD", orders[sample.id] or (), strict=False))
        turns = [answers[sample.id][turn] for turn in range(len(sample.turns))]
        argument = {"gen_args_0": {"arg_0": f"Question: …\n{shown}\nAnswer:"}}
        rows.append({"doc_id": number, "doc": row.values, "arguments": argument, "resps": turns, "filter": "none"})
    write_jsonl(tmp_path / "samples_x_2026.jsonl", rows)
    status, journal = import_(tmp_path, benchmark=name, data=DEMO, out=tmp_path / "journal.jsonl")
    assert status == 0
    found = {(line["sample"], line["turn"], line["repeat"]): line["text"] for line in journal}
    expected = {
        (sample, turn, repeat): text
        for sample, turns in answers.items()
        for turn, texts in turns.items()
        for repeat, text in enumerate(texts)
    }
    assert found == expected
    assert {line["sample"]: line.get("choices") for line in journal} == orders


BAD = {
    "no file": (None, "{path} does not exist; expected a file of answers or a folder of them"),
    "empty": ([], "{path} is empty; expected answers"),
    "no known names": ([{"x": 1}], "cannot tell the format of {path}: it has x; expected doc_id and resps, or predictions or __model_response__, or id and response"),
    "no id matches": ([{"id": "x", "response": "A"}], "no answer in {path} can be scored as mini: 1 matched no question (first: answers.jsonl line 1 (id 'x'); the benchmark's first question is '0'); check --benchmark, --data-dir and --from"),
    "response": ([{"id": "1", "response": 3}], "{path}, line 1: expected 'response' to be a text or a list of texts, but got 3"),
    "id": ([{"id": True, "response": "A"}], "{path}, line 1: expected 'id' to be the id of a question, but got True"),
    "repeat": ([{"id": "1", "response": "A", "repeat": -1}], "{path}, line 1: expected 'repeat' to be 0, 1, 2 or so on, but got -1"),
    "repeat twice": ([{"id": "1", "response": "A", "repeat": 0}] * 2, "answers.jsonl line 2 (id '1') answers repeat 0 of '1' a second time"),
    "turn": ([{"id": "1", "response": "A", "turn": 1}], "answers.jsonl line 1 (id '1') answers turn 1, counted from 0, but sample '1' has 1 turn"),
    "choices": ([{"id": "1", "response": "A", "choices": "AB"}], "{path}, line 1: expected 'choices' to be a list of texts, but got 'AB'"),
    "likelihoods": ([{"doc_id": 0, "doc": {}, "resps": [[["-1.5", "False"]]]}], "{path}, line 1: 'resps' holds log-likelihoods, not answers; only tasks that generate text can be scored here"),
    "resps": ([{"doc_id": 0, "doc": {}, "resps": "A"}], "{path}, line 1: expected 'resps' to hold lists of texts, but got 'A'"),
    "predictions": ([{"predictions": 5}], "{path}, row 0: expected its predictions to be texts, but got 5"),
}  # fmt: skip


class TestMini:
    """A small project, to the score."""

    @pytest.fixture(autouse=True)
    def project(self, mini):
        self.mini = mini

    def scores(self, *arguments):
        self.mini.run("--replay", "journal.jsonl", "--data-dir", "data", *arguments).assert_outcomes(passed=6)
        return [test["metadata"]["scores"]["extractive_match"] for test in self.mini.report()["tests"]]

    def plain(self, rows):
        write_jsonl(self.mini.path / "answers.plain.jsonl", rows)
        return self.mini.path / "answers.plain.jsonl"

    def test_plain_answers_score_as_a_models(self, capsys):
        """By id, numbers included; the counts and the next step are told."""
        rows = [{"id": number, "response": text} for number, text in enumerate(MINI_ANSWERS)]
        assert import_(self.plain([*rows, {"id": "nobody", "response": "A"}]))[0] == 0
        out = capsys.readouterr().out.splitlines()
        assert out == [
            "6 answers (plain) to 6 of 6 questions of mini, 1 generation per question",
            "left out: 1 that matched no question: answers.plain.jsonl line 7 (id 'nobody')",
            "wrote journal.jsonl; score it with pytest --replay journal.jsonl --data-dir data",
        ]
        assert self.scores() == [1, 1, 1, 0, 0, 1]

    def test_generations(self):
        """Lists, repeated ids and numbered repeats are generations; traces of reasoning are separated."""
        _, journal = import_(self.plain([{"id": 0, "response": ["a", "b"]}, {"id": 0, "response": "<think>x</think>c"},
                                         {"id": 1, "response": "d", "repeat": 3}]))  # fmt: skip
        found = [(line["sample"], line["repeat"], line["text"], line["reasoning"]) for line in journal]
        assert found == [("0", 0, "a", None), ("0", 1, "b", None), ("0", 2, "c", "x"), ("1", 3, "d", None)]

    @pytest.mark.parametrize("kind", ["lists", "texts", "lists as texts", "new", "examples"])
    def test_lighteval_details(self, kind):
        """The columns of each version of the details; prompts in other words, rows in another order."""
        rows = []
        for number in (3, 0, 5, 4, 1, 2):
            prompt, text = f"次の問題に答えよ。\n{MINI_ROWS[number]['question']}\nA B C D", MINI_ANSWERS[number]
            found = {"lists": [text], "texts": text, "lists as texts": str([text]), "examples": [text]}
            old = {("example" if kind == "examples" else "full_prompt"): prompt, "predictions": found.get(kind)}
            new = {"__doc__": {"query": prompt, "id": "7"}, "__model_response__": {"text": [text], "input": prompt}}
            rows.append(new if kind == "new" else old)
        path = self.mini.path / "out" / "details" / "m" / "details_swallow|mini|0_2026-01-01T00-00-00.000001.parquet"
        path.parent.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows), path)
        assert import_(self.mini.path / "out")[0] == 0
        assert self.scores() == [1, 1, 1, 0, 0, 1]

    def test_filters_repeat_a_samples_line(self):
        """lm-evaluation-harness writes a line for each filter: the raw answers count once."""
        rows = [
            {"doc_id": n, "doc": MINI_ROWS[n], "resps": [[MINI_ANSWERS[n]]], "filtered_resps": ["x"], "filter": name}
            for name in ("strict", "flexible")
            for n in range(6)
        ]
        write_jsonl(self.mini.path / "samples_mini_2026.jsonl", rows)
        assert import_("samples_mini_2026.jsonl")[0] == 0
        assert self.scores() == [1, 1, 1, 0, 0, 1]

    @pytest.mark.parametrize(("rows", "expected"), BAD.values(), ids=BAD)
    def test_bad_input_is_one_line(self, rows, expected, capsys):
        """It says what was expected and found, and writes nothing."""
        if rows is not None:
            write_jsonl(self.mini.path / "foreign" / "answers.jsonl", rows)
        assert import_("foreign/answers.jsonl")[0] == 4
        assert capsys.readouterr().err == f"error: {expected.replace('{path}', 'foreign/answers.jsonl')}\n"
        assert not (self.mini.path / "journal.jsonl").exists()

    def test_other_bad_input_is_one_line(self, capsys):
        """A line that is not JSON, a folder of nothing, a name of no benchmark, a target that exists, two files."""
        path = self.plain([{"id": n, "response": "A"} for n in range(6)])
        torn = self.mini.path / "torn.jsonl"
        torn.write_bytes(path.read_bytes()[:-4])
        (self.mini.path / "nothing").mkdir()
        (self.mini.path / "two").mkdir()
        for name in ("a.jsonl", "b.jsonl"):
            (self.mini.path / "two" / name).write_bytes(path.read_bytes())
        cases = [
            (("torn.jsonl",), {}, "torn.jsonl, line 6: expected a JSON object"),
            (("nothing",), {}, "nothing holds no answers; expected files named samples_*.jsonl* or "),
            (
                ("nothing", "--from", "lighteval"),
                {},
                "nothing holds no answers; expected files named details_*.parquet",
            ),
            ((path,), {"benchmark": "minni"}, "there is no benchmark 'minni'; nearest: mini"),
            ((path,), {"data": "nowhere"}, "expected mini.jsonl in nowhere, but that is not a folder"),
            ((path,), {"out": path}, "exists already; choose another --out"),
            (("two",), {}, "both two/a.jsonl and two/b.jsonl answer sample '0'; name one of them"),
            ((self.mini.path / "conftest.py",), {}, "does not exist"),
        ]
        for arguments, more, expected in cases:
            assert import_(*arguments, **more)[0] == 4
            told = capsys.readouterr().err
            assert expected in told
            assert told.startswith("error: ")
            assert told.count("\n") == 1


def question(sample, text, target="A", group=None, choices=None, **columns):
    row = Row({"question": text, **columns}, int(sample), Origin("mini", "mini.jsonl"))
    return row, Sample(sample, (f"Answer.\n{text}",), target, group=group, choices=choices)


def test_a_question_inside_of_another_one():
    """The longer one is meant where both stand there."""
    matcher = Matcher([question("0", "What is 2?"), question("1", "What is 2? And what is 3?")])
    assert matcher.match(Answers(Path("f"), 0, [["x"]], row="Q: What is\n2? And what is 3?")).id == "1"
    assert matcher.match(Answers(Path("f"), 1, [["x"]], row="Q: What is  2? Say it.")).id == "0"
    assert matcher.match(Answers(Path("f"), 2, [["x"]], row="What is 3?")) == NO_QUESTION


class TestQuestionsThatOccurTwice:
    """Never guessed where it would change a score."""

    def test_equal_golds_are_taken_in_order(self, tmp_path):
        """Either may be meant; a third answer is to none."""
        matcher = Matcher([question("0", "Why so?"), question("1", "Why so?")])
        found = [matcher.match(Answers(tmp_path, n, [["x"]], row="Why so?")) for n in range(3)]
        assert [getattr(sample, "id", sample) for sample in found] == ["0", "1", NO_QUESTION]

    @pytest.mark.parametrize("other", [{"target": "B"}, {"group": "stem"}])
    def test_other_golds_or_groups_need_the_row(self, other, tmp_path):
        """The prompt alone does not tell which one was asked; a row with its gold does."""
        target = other.get("target", "A")
        matcher = Matcher([question("0", "Why so?", answer=1), question("1", "Why so?", answer=2, **other)])
        assert matcher.match(Answers(tmp_path, 0, [["x"]], row="Why so?")) == AMBIGUOUS
        columns = {"question": "Why so?", "answer": 2}
        found = matcher.match(Answers(tmp_path, 0, [["x"]], row="Why so?", columns=columns))
        assert (found.id, found.target) == ("1", target)

    def test_the_files_name_tells_the_subset(self, tmp_path):
        """There is a file for each subset."""
        asked = [question("0", "Why so?"), question("1", "Why so?", target="B")]
        asked = [(row, Sample(f"{name}/0", sample.turns, sample.target))
                 for (row, sample), name in zip(asked, ("law", "math"), strict=True)]  # fmt: skip
        for row, sample in asked:
            row.id = sample.id
        path = tmp_path / "details_swallow|mini:math|0_2026.parquet"
        assert Matcher(asked).match(Answers(path, 0, [["x"]], row="Why so?")).id == "math/0"


@pytest.mark.parametrize(
    "text", ["(A) {}\n(B) {}\n(C) {}\n(D) {}", "A. {}\nB. {}\nC. {}\nD. {}\nAnswer:", "A：{}、B：{}、C：{}、D：{}", "[A]{} [B]{} [C]{} [D]{}"]
)  # fmt: skip
def test_the_order_that_options_were_shown_in(text):
    """Found in the prompt, also where an option is the start of another one or stands in the question."""
    shown = ("2x", "2", "x^2 (a)", "2 x + B")
    _, sample = question("0", "Is 2 or 2x right?", choices=("2", "2x", "2 x + B", "x^2 (a)"))
    assert shown_order(sample, f"Is 2 or 2x right?\n{text.format(*shown)}") == shown
    assert shown_order(sample, "Is 2 or 2x right?\n2x, 2, x^2 (a), 2 x + B") is None


def test_an_order_that_is_not_told_leaves_the_answer_out(tmp_path, capsys):
    """A guess would be wrong three times in four; a plain line may tell it."""
    asked = questions("gpqa_diamond", DEMO)
    (row, sample), order = asked[0], list(reversed(asked[0][1].choices))
    doc = {"doc_id": 0, "doc": row.values, "arguments": {}, "resps": [["Answer: A"]]}
    write_jsonl(tmp_path / "samples_gpqa_2026.jsonl", [doc])
    assert import_(tmp_path, benchmark="gpqa_diamond", data=DEMO, out=tmp_path / "out.jsonl")[0] == 4
    assert "1 do not tell in which order the options were shown" in capsys.readouterr().err
    write_jsonl(tmp_path / "plain.jsonl", [{"id": sample.id, "response": "Answer: A", "choices": order}])
    _, journal = import_(tmp_path / "plain.jsonl", benchmark="gpqa_diamond", data=DEMO, out=tmp_path / "out.jsonl")
    assert journal[0]["choices"] == order


def test_details_of_conversations_are_refused(tmp_path, capsys):
    """Their columns do not tell turns from generations."""
    pq.write_table(pa.table({"full_prompt": ["x"], "predictions": [["a", "b"]]}), tmp_path / "details_x.parquet")
    assert import_(tmp_path, benchmark="japanese_mt_bench", data=DEMO, out=tmp_path / "out.jsonl")[0] == 4
    assert (
        "japanese_mt_bench has 2 turns per question, which lighteval's details do not tell apart"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize("form", ["lm-eval", "lighteval"])
def test_our_own_exports_come_back(form, tmp_path, mini):
    """Exported answers are imported to the questions they were to."""
    records = [{"benchmark": "mini", "sample": str(n), "group": None, "scores": {"extractive_match": 1.0},
                "extracted": None, "finish_reasons": ["stop"], "error": None} for n in range(6)]  # fmt: skip
    asked = [{"benchmark": "mini", "sample": str(n), "messages": [{"role": "user", "content": f"Do! {row['question']}"}]}
             for n, row in enumerate(MINI_ROWS)]  # fmt: skip
    answers = [{"benchmark": "mini", "sample": str(n), "text": text} for n, text in enumerate(MINI_ANSWERS)]
    folder = run_folder(tmp_path / "mini", records, questions=asked, answers=answers)
    assert main(["export", str(folder), "--to", form, "--out", str(tmp_path / "out")]) == 0
    _, journal = import_(tmp_path / "out")
    assert {line["sample"]: line["text"] for line in journal} == dict(zip("012345", MINI_ANSWERS, strict=True))
