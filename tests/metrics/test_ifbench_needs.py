"""What IFBench needs before it can score: rows that are whole, a tagger, libraries of the right release."""

from __future__ import annotations

import runpy

import pytest

from places import ROOT
from swallow_metrics.datasets.row import Origin, Row
from swallow_metrics.datatypes import Response
from swallow_metrics.errors import MeasurementError, UsageError
from swallow_metrics.metrics.following.followed import follow
from swallow_metrics.metrics.ifbench import tokens
from swallow_metrics.metrics.ifbench.instructions import prepare
from swallow_metrics.metrics.ifbench.text import Text


@pytest.fixture(autouse=True)
def _no_tagger_is_kept():
    tokens.tagger.cache_clear()
    yield
    tokens.tagger.cache_clear()


@pytest.mark.parametrize(
    ("ids", "kwargs", "message"),
    [
        (
            ["format:nothing"],
            [{}],
            "expected an instruction id such as 'count:word_count_range', found 'format:nothing'",
        ),
        (
            ["count:numbers"],
            [{}],
            "count:numbers: expected argument 'N' to be a whole number from 0 on, but it is missing",
        ),
        (["count:numbers"], [{"N": None}], "but it is missing"),
        (["count:numbers"], [{"N": 2.5}], "a whole number from 0 on, but found 2.5"),
        (["count:words_japanese"], [{"N": 0}], "a whole number from 1 on, but found 0"),
        (["ratio:stop_words"], [{"percentage": "5"}], "a number from 0 on, but found '5'"),
        (["ratio:stop_words"], [{"percentage": float("nan")}], "a number from 0 on, but found nan"),
        (["ratio:stop_words"], [{"percentage": True}], "a number from 0 on, but found True"),
        (["format:list"], [{"sep": ""}], "expected argument 'sep' to be text, but found ''"),
        (["words:words_position"], [{"keyword": " "}], "text that is not blank"),
        (["format:emoji"], [{"N": 1}], "format:emoji: expected no other arguments than none, found 'N'"),
        (["count:numbers"], [{"N": 1, "m": 2}], "count:numbers: expected no other arguments than N, found 'm'"),
    ],
)
def test_bad_rows(ids: object, kwargs: object, message: str) -> None:
    """One line says which instruction, what was expected and what was found (IB-2, IB-3)."""
    with pytest.raises(ValueError) as caught:
        prepare(ids, kwargs)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_null_and_own_arguments() -> None:
    """Null is as good as absent, an object may be null, and instructions of one prompt ignore what they are given."""
    (numbers, city, emoji) = prepare(
        ["count:numbers", "custom:csv_city", "format:emoji"], [{"N": 2.0, "m": None}, {"N": 3}, None]
    )
    assert dict(numbers.arguments) == {"N": 2}
    assert dict(city.arguments) == dict(emoji.arguments) == {}


def test_tagger_is_read_where_nltk_looks(monkeypatch, tmp_path) -> None:
    """The full tagger as its download lays it out; without it, the error names the one command to run."""
    import nltk
    from nltk.tag.perceptron import PerceptronTagger

    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])
    with pytest.raises(MeasurementError, match=r"python -m nltk\.downloader averaged_perceptron_tagger_eng$"):
        tokens.tagger()
    folder = tmp_path / "taggers/averaged_perceptron_tagger_eng"
    folder.parent.mkdir()
    model = PerceptronTagger(load=False)
    model.tagdict, model.classes = {"Run": "VB"}, {"VB", "NN"}
    model.save_to_json(lang="eng", loc=str(folder))
    assert follow("Run home.", prepare(["words:start_verb"], [{}]), Text).strict == (True,)


@pytest.mark.parametrize("answer", ["", "Go home."])
def test_a_question_without_the_tagger_is_no_score(monkeypatch, tmp_path, answer) -> None:
    """Whatever its answer: scores of blank answers alone would be a mean of failures."""
    import nltk

    module = runpy.run_path(str(ROOT / "benchmarks/test_ifbench.py"))
    row = Row(
        {"prompt": "p", "instruction_id_list": ["words:start_verb"], "kwargs": [{}]}, 0, Origin("ifbench", "rows")
    )
    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])
    scores: list[str] = []
    with pytest.raises(MeasurementError, match="averaged_perceptron_tagger_eng"):
        module["test_ifbench"](module["sample"](row, ""), [Response(answer)], lambda name, _: scores.append(name))
    assert scores == []


def test_libraries_of_another_release(monkeypatch) -> None:
    """A library that is missing, or of another release, is one line with the command to run."""
    from importlib.metadata import PackageNotFoundError

    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    for found, version in (("none", absent), ("3.9.3", lambda _: "3.9.3")):
        monkeypatch.setattr(tokens, "version", version)
        tokens.require_libraries.cache_clear()
        with pytest.raises(UsageError) as caught:
            tokens.require_libraries()
        assert str(caught.value) == (
            f"ifbench: expected nltk 3.9.1 or 3.9.2, found {found}; run: pip install 'pytest-swallow[ifbench]' "
            "(or leave it out: -m 'not ifbench')"
        )
    tokens.require_libraries.cache_clear()


def test_the_demo_leaves_it_out_without_its_extra(monkeypatch, pytester):
    """Plain pytest asks everything else; a model's run is refused with the command to run."""
    tokens.require_libraries.cache_clear()
    monkeypatch.setattr(tokens, "_LIBRARIES", {"nltk": ("0.0",)})
    folder = str(ROOT / "benchmarks")
    arguments = ["-p", "no:anyio", "-p", "no:hypothesispytest", "-p", "no:cacheprovider", "--no-html", "-rs", folder]
    result = pytester.runpytest_inprocess(*arguments, "-m", "ifbench or hellaswag", "--run-dir", "run")
    tokens.require_libraries.cache_clear()
    assert result.ret == 0
    result.stdout.fnmatch_lines(["SKIPPED * ifbench: expected nltk 0.0, found *; run: pip install *"])
    assert result.parseoutcomes()["skipped"] == 1
