"""`swallow audit`: every kind of doubt, and silence where there is none."""

import csv
import gzip
import io
import json

import pytest

from recorded import record, run_folder
from swallow_metrics.audit.rows import row_doubts
from swallow_metrics.cli.main import WRONG_USAGE, main
from swallow_metrics.datatypes import DOUBTS

OPTIONS = ["an apple", "a pear", "a plum", "a fig"]


def choice(sample, text, read, target, **more):
    """(record, question, answer) of a multiple-choice question in English."""
    question = {
        "benchmark": "mc",
        "sample": sample,
        "group": None,
        "messages": [],
        "target": target,
        "choices": OPTIONS,
    }
    answer = {"benchmark": "mc", "sample": sample, "text": text, **more}
    return record(sample, float(read == target), benchmark="mc", extracted=[read]), question, answer


def free(sample, text, score, target, *, benchmark="qa", metric="exact_match"):
    question = {"benchmark": benchmark, "sample": sample, "messages": [], "target": target, "choices": None}
    answer = {"benchmark": benchmark, "sample": sample, "text": text}
    return record(sample, score, benchmark=benchmark, metric=metric, extracted=[text]), question, answer


@pytest.fixture
def audited(tmp_path, capsys):
    """`audited([(record, question, answer), …])`: what `swallow audit --format json` prints."""

    def run(parts, *options, metric="extractive_match"):
        records, questions, answers = (list(column) for column in zip(*parts, strict=True))
        folder = run_folder(tmp_path / "run", records, questions=questions, answers=answers, metric=metric)
        assert main(["audit", str(folder), "--format", "json", *options]) == 0
        return json.loads(capsys.readouterr().out)

    return run


PLAIN = [choice(f"plain/{n}", f"Answer: {'ABCD'[n % 4]}", "ABCD"[n % 4], "ABCD"[n % 3]) for n in range(20)]


def test_ordinary_answers_are_no_findings(audited):
    """Right or wrong."""
    assert audited(PLAIN) == {"findings": [], "rows": [], "notes": []}


@pytest.mark.parametrize(
    ("text", "read", "target", "kind", "lenient"),
    [
        ("Answer: unknown. I cannot tell.", "A", "A", "letter_guessed", 0.0),
        ("Answer: unknown. I cannot tell.", "A", "C", "letter_guessed", 0.0),
        ("Answer: A or B", "A", "B", "letters_several", None),
        ("It must be a plum, as nothing else has a stone.", None, "C", "contains_gold", 1.0),
        ("<thinking>hm</thinking>Answer: B", "B", "B", "unrecognised_trace", 1.0),
        ("[THINK]Answer: A or D?[/THINK]B", "A", "B", "unrecognised_trace", 1.0),
        (
            "<|channel|>analysis<|message|>Answer: A<|end|><|start|>assistant<|channel|>final<|message|>C<|return|>",
            "A",
            "A",
            "unrecognised_trace",
            0.0,
        ),
        ("I choose \\boxed{C}.\nI rejected A, the units differ.", "A", "C", "letter_guessed", 1.0),
        ("I choose \\boxed{C}.\nI rejected A, the units differ.", "A", "C", "lenient_reading", 1.0),
        ("解答：C", None, "C", "lenient_reading", 1.0),
    ],
)
def test_letters(audited, text, read, target, kind, lenient):
    """Beside the official score, which stays."""
    found = audited([*PLAIN, choice("it", text, read, target)])["findings"]
    expected = {"benchmark": "mc", "sample": "it", "kind": kind, "official": float(read == target), "lenient": lenient}
    assert expected in found
    assert {each["sample"] for each in found} == {"it"}


def test_a_gold_that_is_an_options_text(audited):
    """As GPQA's, whose letters are drawn: the answer's own order tells which letter is right."""
    drawn = [*reversed(OPTIONS)]
    item, question, answer = choice("it", "解答：C", None, "B", choices=drawn)
    found = audited([*PLAIN, (item, question | {"target": drawn[2]}, answer)])["findings"]
    assert [(each["kind"], each["lenient"]) for each in found] == [("lenient_reading", 1.0)]


def test_options_that_are_letters(audited):
    """As in formal logic: a gold that is a letter stays one where an option's text is that letter."""
    item, question, answer = choice("it", "Answer: C", "C", "B")
    assert audited([*PLAIN, (item, question | {"choices": ["A", "~A", "B", "~B"]}, answer)])["findings"] == []


def test_a_program_has_no_gold_text(audited):
    """The name of the function that is asked for is in every program."""
    item, question, answer = free("0", "def add(a, b):\n    return 0", 0.0, "add", metric="humaneval_pass@1:10")
    outcomes = {"outcomes": [{"category": "wrong", "results": [-2], "detail": "test 1"}]}
    assert audited([(item | {"details": outcomes}, question, answer)], metric="humaneval_pass@1:10")["findings"] == []


def test_a_gold_in_a_solution(audited):
    """As MATH's: what is in its last box."""
    found = audited([free("0", "So it is 5.", 0.0, r"Hence $x = \boxed{$5$}$.")], metric="exact_match")["findings"]
    assert [(each["kind"], each["lenient"]) for each in found] == [("lenient_reading", 1.0)]


@pytest.mark.parametrize("kind", DOUBTS)
def test_what_the_run_counted_is_listed(audited, kind):
    """Whatever the benchmark, and where answers do not show it any more."""
    item, question, answer = free("0", "?", 0.0, "gold")
    found = audited([(item | {"counts": {kind: 1}}, question, answer)], metric="exact_match")["findings"]
    assert [each["kind"] for each in found] == [kind]


@pytest.mark.parametrize(
    ("text", "score", "target", "kinds"),
    [
        ("それは富士山です。", 0.0, "富士山", {"contains_gold"}),
        ("富士山", 1.0, "富士山", set()),
        ("浅間山", 0.0, "富士山", set()),
        ("So we get 1,234", 0.0, "1234", {"lenient_reading"}),
        ("So we get 1,235", 0.0, "1234", set()),
        ("It starts at 12:30", 0.0, "12", {"number_in_part"}),
    ],
)
def test_free_answers(audited, text, score, target, kinds):
    """Wrong answers that hold the gold, numbers that are part of something."""
    found = audited([free("0", text, score, target)], metric="exact_match")["findings"]
    assert {each["kind"] for each in found} == kinds
    assert all(each["lenient"] == (None if each["kind"] == "number_in_part" else 1.0) for each in found)


def test_generations_are_averaged(audited, tmp_path, capsys):
    """A lenient score is the question's: one generation of four that would be right is a quarter."""
    records, questions, answers = (list(column) for column in zip(*PLAIN, strict=True))
    texts = ["Answer: A", "It must be a plum.", "Answer: A", "Answer: C"]
    records.append(record("four", 0.25, benchmark="mc", extracted=["A", None, "A", "C"]))
    questions.append(choice("four", "", None, "C")[1])
    answers += [{"benchmark": "mc", "sample": "four", "repeat": n, "text": text} for n, text in enumerate(texts)]
    folder = run_folder(tmp_path / "four", records, questions=questions, answers=answers)
    assert main(["audit", str(folder), "--format", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert (found["kind"], found["official"], found["lenient"]) == ("contains_gold", 0.25, 0.5)


def test_judges_and_programs(tmp_path, capsys):
    """Several ratings in one reply; programs that need more than a stand-in for stdin."""
    outcomes = [
        {
            "category": "exception",
            "results": [-4],
            "detail": "AttributeError: '_io.StringIO' object has no attribute 'buffer'",
        }
    ]
    wrong = [{"category": "wrong", "results": [-2], "detail": "test 1"}]
    records = [
        record("0", 0.8, benchmark="mt", details={"judge": {}}),
        record("1", 0.8, benchmark="mt", details={"judge": {}}),
        record("2", 0.0, benchmark="code", details={"outcomes": outcomes}),
        record("3", 0.0, benchmark="code", details={"outcomes": wrong}),
        record("4", 0.0, benchmark="code", details={"outcomes": wrong}),
    ]
    judged = [("0", "[[8]] for the first, [[3]] for the second"), ("1", "Rating: [[8]]")]
    answers = [{"benchmark": "mt", "sample": s, "role": "judge", "judge": "j", "text": t} for s, t in judged]
    answers += [{"benchmark": "code", "sample": "3", "text": "```python\nprint(1)\n```"}]
    answers += [{"benchmark": "code", "sample": "4", "text": "```python\nimport sys\nsys.stdin.buffer.read()\n```"}]
    folder = run_folder(tmp_path / "run", records, answers=answers)
    assert main(["audit", str(folder), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(each["sample"], each["kind"]) for each in found["findings"]] == [
        ("0", "ratings_several"), ("2", "stand_in"), ("4", "stand_in")
    ]  # fmt: skip
    assert "questions.jsonl" in found["notes"][0]


def test_rows_of_a_run(audited, tmp_path):
    """From the questions as they were asked, from what was noted of rows, and from dataset files."""
    twice = choice("twice", "Answer: A", "A", "A")
    twice[1]["choices"] = ["4 J", "4 J ", "5 J", "6 J"]
    shown = choice("shown", "Answer: A", "A", "A", choices=["1", "1", "2", "3"])
    shown[1]["choices"] = None
    noted = choice("noted", "Answer: A", "A", "A")
    noted[1]["doubts"] = ["answers_disagree"]
    empty = choice("empty", "", "A", " ")
    (tmp_path / "mc").mkdir()
    rows = [{"options": ["a", "b"], "answer": "A", "answer_index": n} for n in (0, 1)]
    (tmp_path / "mc" / "plain.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = audited([*PLAIN, twice, shown, noted, empty], "--data-dir", str(tmp_path))["rows"]
    assert [(each["sample"], each["kind"]) for each in found] == [
        ("twice", "gold_twice"), ("shown", "gold_twice"), ("noted", "answers_disagree"), ("empty", "empty_gold"),
        ("plain/1", "answers_disagree"),
    ]  # fmt: skip


def as_csv(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mc.csv", as_csv),
        ("mc.json", lambda rows: json.dumps(rows).encode()),
        ("mc.jsonl.gz", lambda rows: gzip.compress("\n".join(map(json.dumps, rows)).encode())),
        ("mc/plain.csv", as_csv),
        ("mc/plain.jsonl", lambda rows: b"\xef\xbb\xbf" + "\r\n".join(map(json.dumps, rows)).encode()),
    ],
)
def test_rows_in_every_format_of_a_run(audited, tmp_path, name, content):
    """As --data-dir of a run; a folder without the benchmark is told."""
    rows = [{"A": "1", "B": "2", "C": "3", "D": "4", "answer": "A", "answer_index": n} for n in (0, 1)]
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(content(rows))
    sample = "plain/1" if "/" in name else "1"
    asked = [choice("1", "Answer: A", "A", "A"), *PLAIN]
    assert audited(asked, "--data-dir", str(tmp_path))["rows"] == [
        {"benchmark": "mc", "sample": sample, "kind": "answers_disagree"}
    ]
    (empty := tmp_path / "nothing").mkdir()
    assert audited(asked, "--data-dir", str(empty))["notes"] == [f"{empty} has no rows of mc"]


def test_rows_of_a_declared_benchmark(tmp_path, capsys):
    """Its own declaration says which file serves it, and which cells a table without a header has."""
    folder = run_folder(tmp_path / "run", [record("1", 1.0, benchmark="jemhopqa_cot")], questions=[], answers=[])
    (tmp_path / "jemhopqa.csv").write_text("問い,答え\n問い,\n")
    assert main(["audit", str(folder), "--format", "json", "--data-dir", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == [
        {"benchmark": "jemhopqa_cot", "sample": "1", "kind": "empty_gold"}
    ]


def test_a_file_that_cannot_be_read_is_one_line(audited, tmp_path, capsys):
    (tmp_path / "mc.parquet").write_bytes(b"no")
    folder = run_folder(tmp_path / "run", [record("1", 1.0, benchmark="mc")])
    assert main(["audit", str(folder), "--data-dir", str(tmp_path)]) == WRONG_USAGE
    error = capsys.readouterr().err
    assert "expected a Parquet file" in error and error.count("\n") == 1


@pytest.mark.parametrize(
    ("row", "doubts"),
    [
        ({"A": "甲", "B": "甲 ", "C": "丙", "D": "丁", "answer": "B"}, ["gold_twice"]),
        ({"A": "甲", "B": "甲 ", "C": "丙", "D": "丁", "answer": "C"}, []),
        ({"options": ["a", "b", "c"], "answer": "B", "answer_index": 2}, ["answers_disagree"]),
        ({"choices": ["a", "b", "b", "c"], "answer": 2}, ["gold_twice"]),
        ({"endings": ["a", "b", "b", "c"], "label": "0"}, []),
        ({"Correct Answer": "4 J", "Incorrect Answer 1": "4 J", "Incorrect Answer 2": "5 J"}, ["gold_twice"]),
        ({"question": "?", "answer": " "}, ["empty_gold"]),
        ({"question": "?", "answer": 3.5}, []),
        ({"instruction_id_list": ["ja:keywords:existence"], "kwargs": [{"keywords": ["奇跡の道具"]}]}, ["impossible_instruction"]),
        ({"instruction_id_list": ["ja:keywords:existence"], "kwargs": [{"keywords": ["友情", "希望"]}]}, []),
        ({"instruction_id_list": ["ja:keywords:frequency"], "kwargs": [{"keyword": "秘密の特訓", "frequency": 2, "relation": "以上"}]}, ["impossible_instruction"]),
        ({"instruction_id_list": ["ja:keywords:frequency"], "kwargs": [{"keyword": "秘密の特訓", "frequency": 2, "relation": "未満"}]}, []),
        ({"instruction_id_list": 3, "kwargs": None, "answer_index": [], "options": [None]}, []),
    ],
)  # fmt: skip
def test_rows(row, doubts):
    """By the columns of the hub's schemas; odd values are not doubts."""
    assert row_doubts(row) == doubts


@pytest.mark.parametrize(
    ("benchmark", "rows", "kind", "number"),
    [
        ("swallow_jmmlu", 7097, "gold_twice", 13),
        ("mmlu_pro_english", 12020, "answers_disagree", 1),
        ("jemhopqa", 120, "empty_gold", 0),
    ],
)
def test_published_rows(shared, benchmark, rows, kind, number):
    """As many as were counted by hand."""
    path = shared / "data" / benchmark
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path.with_suffix(".jsonl")]
    found = [row_doubts(json.loads(line)) for file in files for line in file.read_bytes().splitlines()]
    assert len(found) == rows
    assert sum(kind in doubts for doubts in found) == number


def test_the_table_and_what_cannot_be_read(tmp_path, capsys):
    """Sample ids and scores by kind; a folder that is not a run is one line."""
    records, questions, answers = zip(
        *PLAIN, *(choice(f"g/{n}", "It must be a plum.", None, "C") for n in range(7)), strict=True
    )
    folder = run_folder(tmp_path / "run", records, questions=questions, answers=answers)
    assert main(["audit", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "mc contains_gold: 7 of 27: g/0, g/1, g/2, g/3, g/4 and 2 more\n" in out
    official = sum(r["scores"]["extractive_match"] for r in records) / 27
    assert f"the score would be {official + 7 / 27:.4f}; the official one is {official:.4f}\n" in out
    assert main(["audit", str(tmp_path)]) == WRONG_USAGE
