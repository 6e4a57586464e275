"""The bundled demo questions and answers: complete, consistent and our own."""

import ast
import base64
import json
import pickle
import zlib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from places import SHARED
from projects import read_jsonl
from swallow_metrics.extraction.choice import choice_letter

DEMO = Path(__file__).parents[1] / "benchmarks" / "demo"

BENCHMARKS = sorted(
    path.name.removesuffix(".jsonl") for path in DEMO.glob("*.jsonl") if not path.name.endswith(".responses.jsonl")
)
DOCSTRING_CODE = ("humaneval", "humanevalplus", "swallow_jhumaneval")
CODE = (*DOCSTRING_CODE, "livecodebench")
OF_ONE_KIND = ("jemhopqa", "japanese_mt_bench", "english_mt_bench")  # direct answers; what a judge says is what varies
GPQA = ("gpqa_diamond", "swallow_gpqa_ja", "jgpqa_diamond", "jgpqa_main", "jgpqa_extended", "jamcqa", "jamcqa_cot")
ONE_ANSWER = {  # the columns of benchmarks with a right option, and the language of their answers
    "hellaswag": ("endings", "label", "en"),
    "mmlu_english": ("choices", "answer", "en"),
    "mmlu_pro_english": ("options", "answer_index", "en"),
    "mmlu_prox_english": (None, "answer_index", "en"),
    "mmlu_prox_japanese": (None, "answer_index", "ja"),
}
QUESTION_COLUMNS = ("question", "Question", "problem", "ja", "en", "prompt", "ctx", "question_content", "turns")


def lines(path):
    """The objects of a file, one a line."""
    content = path.read_text("utf-8")
    assert content.endswith("\n")
    return [json.loads(line) for line in content.removesuffix("\n").split("\n")]


def rows_of(benchmark):
    return lines(DEMO / f"{benchmark}.jsonl")


def responses_of(benchmark):
    return lines(DEMO / f"{benchmark}.responses.jsonl")


def options(row, column):
    """The options of a row: a list, or ten columns of which the empty ones do not count."""
    if column:
        return row[column]
    return [row[f"option_{number}"] for number in range(10) if row[f"option_{number}"] is not None]


def private_tests(row):
    """The hidden tests of a LiveCodeBench row of ours, which may therefore be unpickled."""
    return json.loads(pickle.loads(zlib.decompress(base64.b64decode(row["private_test_cases"]))))


def questions(row):
    """The texts that ask something in a row, without their spacing."""
    pair = row.get("translation", {})
    pair = ast.literal_eval(pair) if isinstance(pair, str) else pair
    values = [*pair.values(), *(row.get(column) for column in QUESTION_COLUMNS)]
    texts = [text for value in values for text in (value if isinstance(value, list) else [value])]
    return {"".join(text.split()) for text in texts if isinstance(text, str)}


@cache
def real_questions():
    """What the recorded rows of the real datasets ask."""
    files = [path for folder in ("conformance/data", "data") for path in (SHARED / folder).glob("*.jsonl")]
    rows = [line for path in files for line in read_jsonl(path)]
    return frozenset().union(*map(questions, rows))


def test_each_set_has_questions_and_answers():
    """Rows and responses come in pairs of files."""
    answered = {path.name.removesuffix(".responses.jsonl") for path in DEMO.glob("*.responses.jsonl")}
    assert answered == set(BENCHMARKS)


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_rows(benchmark):
    """A set has 8 to 20 rows of the same columns, and none twice."""
    rows = rows_of(benchmark)
    assert 8 <= len(rows) <= 20
    assert len({tuple(row) for row in rows}) == 1
    assert len({frozenset(questions(row)) for row in rows}) == len(rows)


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_responses_belong_to_rows(benchmark):
    """Every row has an answer, and every answer is to a row of its own benchmark."""
    responses = responses_of(benchmark)
    answered = {response["sample"] for response in responses if response.get("role", "model") == "model"}
    assert {response["benchmark"] for response in responses} == {benchmark}
    assert answered == {str(number) for number in range(len(rows_of(benchmark)))}


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_texts_are_final_answers(benchmark):
    """A reasoning trace is in `reasoning`, never marked up in `text`."""
    for response in responses_of(benchmark):
        assert "think>" not in response["text"]
        assert "think>" not in (response.get("reasoning") or "")


@pytest.mark.parametrize("benchmark", [name for name in BENCHMARKS if name not in OF_ONE_KIND])
def test_answers_of_many_kinds(benchmark):
    """Each set has answers with and without a reasoning trace, and finished and truncated ones."""
    answers = [response for response in responses_of(benchmark) if response.get("role", "model") == "model"]
    assert {bool(response.get("reasoning")) for response in answers} == {True, False}
    assert {response["finish_reason"] for response in answers} == {"stop", "length"}


@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_repeats(benchmark):
    """Each generation is recorded once, numbered from 0: ten for a program, and as many for each row elsewhere."""
    answers = [response for response in responses_of(benchmark) if response.get("role", "model") == "model"]
    places = Counter((answer["sample"], answer.get("turn", 0), answer.get("repeat", 0)) for answer in answers)
    assert set(places.values()) == {1}
    repeats = {}
    for sample, turn, repeat in places:
        repeats.setdefault((sample, turn), set()).add(repeat)
    (common,) = {frozenset(numbers) for numbers in repeats.values()}
    assert common == set(range(10 if benchmark in CODE else len(common)))


@pytest.mark.parametrize("benchmark", ONE_ANSWER)
def test_choice_answers_are_mixed(benchmark):
    """The right option exists and is given by most answers, but not by all; some answers give none."""
    column, gold, language = ONE_ANSWER[benchmark]
    right, none = 0, 0
    rows, responses = rows_of(benchmark), responses_of(benchmark)
    for response in responses:
        row = rows[int(response["sample"])]
        letters = "ABCDEFGHIJ"[: len(options(row, column))]
        letter = choice_letter(response["text"], letters, language)
        assert row.get("answer") in (letters[int(row[gold])], row[gold], None)
        right += letter == letters[int(row[gold])]
        none += letter is None
    assert 0.5 < right / len(responses) < 0.9
    assert none


@pytest.mark.parametrize("benchmark", GPQA)
def test_shown_choices_are_the_options(benchmark):
    """An answer's `choices` are the options of its row, the wrong ones in their order (BE-16)."""
    rows = rows_of(benchmark)
    for response in responses_of(benchmark):
        row = rows[int(response["sample"])]
        if "answer_index" in row:
            wrong = [row[f"choice{number}"] for number in range(4)]
            correct = wrong.pop(row["answer_index"])
        else:
            wrong = [row[f"Incorrect Answer {number}"] for number in (1, 2, 3)]
            correct = row["Correct Answer"]
        assert len({correct, *wrong}) == 4
        assert correct in response["choices"]
        assert [choice for choice in response["choices"] if choice != correct] == wrong


@pytest.mark.parametrize("benchmark", DOCSTRING_CODE)
def test_canonical_solutions_pass(benchmark):
    """A row's own solution passes its tests, and a solution that returns nothing does not."""
    for row in rows_of(benchmark):
        for body, passes in ((row["canonical_solution"], True), ("    return ...\n", False)):
            names = {}
            exec(row["prompt"] + body + row["test"], names)
            try:
                names["check"](names[row["entry_point"]])
            except AssertionError:
                assert not passes
            else:
                assert passes, row["task_id"]


def test_programming_tests_are_complete():
    """LiveCodeBench rows have public and private tests of one type; functional ones name a function of the starter."""
    types = Counter()
    for row in rows_of("livecodebench"):
        public, private = json.loads(row["public_test_cases"]), private_tests(row)
        assert public
        assert private
        assert not [case for case in private if case in public]
        (kind,) = {case["testtype"] for case in public + private}
        function = json.loads(row["metadata"]).get("func_name")
        assert kind == ("functional" if function else "stdin")
        assert (f"def {function}(" in row["starter_code"]) if function else not row["starter_code"]
        types[kind] += 1
    assert types == {"stdin": 4, "functional": 4}


@pytest.mark.skipif(not (SHARED / "conformance").is_dir(), reason=f"no recorded real rows at {SHARED}")
@pytest.mark.parametrize("benchmark", BENCHMARKS)
def test_questions_are_our_own(benchmark):
    """No bundled question is one of the recorded rows of a real dataset."""
    own = set().union(*map(questions, rows_of(benchmark)))
    assert own
    assert not own & real_questions()
