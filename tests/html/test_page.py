"""The page without a browser: what stands in it, what must not, and what happens when a run lacks something."""

import hashlib
import json
import re
from base64 import b64encode
from pathlib import Path

import pytest

from pages import answer, small_run, unpacked
from recorded import record, run_folder
from swallow_metrics.datatypes import ISSUES
from swallow_metrics.errors import UsageError
from swallow_metrics.html import libraries, page, write_page
from swallow_metrics.html.page import TEMPLATES, visible
from swallow_metrics.html.words import language_of_user, words

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{7*7}}\u202eevil\x00\ud800"


def written(tmp_path, *folders, lang="en"):
    warnings = []
    out = write_page(folders, tmp_path / "report.html", lang, warnings.append)
    return out.read_text("utf-8"), warnings


def scripts(text):
    return re.findall(r"<script>(.*?)</script>", text, re.DOTALL)


def test_page_of_one_run(tmp_path):
    """Score, interval and questions stand in the file; the texts are packed."""
    text, warnings = written(tmp_path, small_run(tmp_path / "run"))
    assert not warnings
    assert "0.5000" in text
    assert "0.0000 – 1.0000" in text
    index = unpacked(text, "index")
    assert index["sample"] == ["0", "1", "2", "3"]
    assert index["runs"][0]["score"] == [0, 1, 0, 1]
    part = unpacked(text, "part0")
    assert part[2]["question"]["messages"] == [["user", "Question number 2, 第2問"]]
    assert part[2]["runs"][0]["answers"][0]["text"] == "The answer is A."


@pytest.mark.parametrize(
    ("lang", "told"), [("en", "a, b (in part); without &lt;c&gt;"), ("ja", "a, b (一部); &lt;c&gt; を除く")]
)
def test_an_average_names_its_benchmarks(tmp_path, lang, told):
    """Two runs' averages may cover different ones. A run without the family has a dash and no names."""
    family = {"mean": 0.25, "benchmarks": ["a", "b"], "missing": ["<c>"], "partial": ["b"]}
    averages = {"averages": {"exact_match": 0.25, "f1": None}, "families": {"exact_match": family}}
    one = run_folder(tmp_path / "one", [record("0", 1.0)], name="one", answers=[answer("0", "A")], **averages)
    two = run_folder(tmp_path / "two", [record("0", 1.0)], name="two", answers=[answer("0", "A")])
    text, _ = written(tmp_path, one, two, lang=lang)
    assert f"0.2500<small>{told}</small></dd>" in text
    assert re.findall(r'<dd class="run1">(.*?)</dd>', text) == ["–"]


def test_nothing_is_fetched_and_only_known_scripts_run(tmp_path):
    """No element names an address, and the policy allows exactly the scripts that are in the file."""
    text, _ = written(tmp_path, small_run(tmp_path / "run"))
    outside = re.sub(r"<(script|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert not re.findall(r"""\b(?:src|srcset|action|data|poster)\s*=|<(?:link|iframe|object|embed|base)\b""", outside)
    assert all(target.startswith("#") for target in re.findall(r'href="([^"]*)"', outside))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    (glue,) = scripts(text)
    allowed = re.findall(r"'sha256-([^']*)'", policy)
    known = [glue, libraries.table_script().text, libraries.chart_script().text]
    assert allowed == [b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in known]
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]


def test_hostile_text_stays_text(tmp_path):
    """Names, groups, gates and warnings full of markup are shown, never read as markup."""
    folder = run_folder(
        tmp_path / "run",
        [record(HOSTILE, 1.0, benchmark=HOSTILE, group=HOSTILE, extracted=[HOSTILE])],
        name=HOSTILE,
        answers=[answer(HOSTILE, HOSTILE, benchmark=HOSTILE)],
        warnings=[HOSTILE],
        parts={"title": HOSTILE},
        gates=[{"expression": HOSTILE, "value": 1.0, "passed": True, "verdict": HOSTILE}],
        baseline={"comparisons": [{"benchmark": HOSTILE, "metric": HOSTILE, "verdict": HOSTILE, "method": HOSTILE}]},
    )
    text, _ = written(tmp_path, folder)
    assert len(scripts(text)) == 1
    assert "<img" not in text
    assert "{{7*7}}" in text
    assert "\u202e" not in text
    assert "\x00" not in text
    assert "⟨U+202E⟩evil⟨U+0000⟩" in text


def test_visible_leaves_ordinary_text_alone():
    """Line feeds, tabs, Japanese and emoji are not controls."""
    text = "改行\n\tタブ 👩‍🔬 é ｱ"
    assert visible(text) == text
    assert visible("a\u2066b\ud800") == "a⟨U+2066⟩b⟨U+D800⟩"


def test_several_runs_stand_side_by_side(tmp_path):
    """Names differ by folder, samples are joined by id, and one run's own questions are kept."""
    a = small_run(tmp_path / "a", 3)
    b = small_run(tmp_path / "b", 5)
    text, _ = written(tmp_path, a, b)
    index = unpacked(text, "index")
    assert index["sample"] == ["0", "1", "2", "3", "4"]
    assert index["runs"][0]["state"] == [0, 2, 0, 5, 5]
    assert json.loads(re.search(r'id="data">([^<]*)<', text)[1])["names"] == ["model · a", "model · b"]
    assert unpacked(text, "chart-data")["benchmarks"]["data"]["values"][1]["run"] == "model · b"


def test_a_run_has_one_colour_and_one_place_in_every_chart(tmp_path):
    """Also where the first run lacks a benchmark, or all that a chart shows."""
    groups = {name: {"extractive_match": {"mean": 0.5, "ci95": [0.2, 0.8], "n": 4}} for name in ("g", "h")}
    folders = []
    for letter, names in (("a", ["late"]), ("b", ["early", "late"])):
        records = [record("0", 1.0, benchmark=name, counts={"completion_tokens": 5}) for name in names]
        folders.append(run_folder(tmp_path / letter, records, name=letter, parts={"groups": groups}))
    charts = unpacked(written(tmp_path, *folders)[0], "chart-data")
    found = [*(chart for name, chart in charts.items() if name != "groups" and chart), *charts["groups"].values()]
    scales = []
    for chart in found:
        encodings = [each.get("encoding", {}) for each in (chart, *chart.get("layer", ()))]
        scales += [
            encoding[channel]["scale"].get("domain")
            for encoding in encodings
            for channel in ("color", "yOffset")
            if encoding.get(channel, {}).get("field") == "run"
        ]
    assert len(scales) > 2 * len(charts["groups"])
    assert all(domain == ["a", "b"] for domain in scales)


def test_benchmarks_of_one_title_are_told_apart(tmp_path):
    """In a chart they would share a row."""
    folder = run_folder(tmp_path / "run", [record("0", 1.0, benchmark=name) for name in ("one", "two")])
    values = unpacked(written(tmp_path, folder)[0], "chart-data")["benchmarks"]["data"]["values"]
    assert [value["row"] for value in values] == ["Mini", "Mini (two)"]


def test_run_without_questions_and_answers(tmp_path):
    """The rest is shown, and the page says what is not."""
    text, warnings = written(tmp_path, run_folder(tmp_path / "run", [record("0", 1.0)]))
    assert [warning.split(" has no ")[1].split(":")[0] for warning in warnings] == [
        "questions.jsonl",
        "responses.jsonl",
    ]
    assert "questions.jsonl: prompts and gold answers are not shown" in text
    assert "responses.jsonl: answers are not shown" in text
    assert unpacked(text, "part0")[0]["question"] is None


def test_report_alone(tmp_path):
    """A report.json under another name, without its folder."""
    path = run_folder(tmp_path / "run", [record("0", 1.0)]) / "report.json"
    alone = path.rename(tmp_path / "old.json")
    text, _ = written(tmp_path, alone)
    assert "1.0000" in text


def test_torn_and_broken_journals(tmp_path):
    """A torn last line costs that line, a broken one the answers; both in one line of warning, neither the page."""
    folder = small_run(tmp_path / "run")
    journal = folder / "responses.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-20])
    text, warnings = written(tmp_path, folder)
    assert [len(side["answers"]) for sample in unpacked(text, "part0") for side in sample["runs"]] == [1, 1, 1, 0]
    assert "torn" in warnings[0]
    assert "nothing of 1 of 4 questions" in warnings[1]
    assert "responses.jsonl has nothing of 1 of 4 questions" in text
    questions = (folder / "questions.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "questions.jsonl").write_bytes(b"".join(questions[:1]))
    assert "questions.jsonl has nothing of 3 of 4 questions" in written(tmp_path, folder)[1][1]
    (folder / "questions.jsonl").write_bytes(b"".join(questions))
    journal.write_bytes(b"{broken\n" + whole)
    text, warnings = written(tmp_path, folder)
    assert "The answers cannot be read" in text
    assert len(warnings) == 1
    assert "line 1" in warnings[0]


def test_languages(tmp_path):
    """Both interfaces are complete, and every word that a template or the script asks for is there."""
    folder = small_run(tmp_path / "run")
    english, japanese = (written(tmp_path, folder, lang=lang)[0] for lang in ("en", "ja"))
    assert '<html lang="en">' in english
    assert '<html lang="ja">' in japanese
    assert "ベンチマーク" in japanese
    assert "ベンチマーク" not in english
    known = words("ja")
    assert all(known.values())
    assert words("en").keys() == known.keys()
    assert not set(dir({})) & known.keys()  # a template would show the dictionary's method
    asked = {
        name
        for path in [*TEMPLATES.glob("*.j2"), TEMPLATES / "page.js", *Path(page.__file__).parent.glob("*.py")]
        for name in re.findall(r'\bw\.([a-z_]+)\b|\bw\["([a-z_]+)"\]', path.read_text("utf-8"))
        for name in name
        if name
    } - {"get", "format"}
    assert len(asked) > 60
    assert asked <= known.keys()
    assert set(ISSUES) <= known.keys()


@pytest.mark.parametrize(("variables", "language"), [
    ({"LANG": "ja_JP.UTF-8"}, "ja"), ({"LC_ALL": "C.UTF-8", "LANG": "ja_JP.UTF-8"}, "en"), ({"LANG": "de_DE.UTF-8"}, "en"),
])  # fmt: skip
def test_language_of_the_locale(monkeypatch, variables, language):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language_of_user() == language


def test_what_cannot_be_written(tmp_path):
    """One line that names the file; nothing half-written stays."""
    folder = small_run(tmp_path / "run")
    with pytest.raises(UsageError, match=r"cannot write .*report\.json.*--out"):
        write_page([folder], folder / "report.json" / "x.html", "en")
    (tmp_path / "taken").mkdir()
    with pytest.raises(UsageError, match="cannot write"):
        write_page([folder], tmp_path / "taken", "en")
    assert not list(tmp_path.glob(".taken*"))


@pytest.mark.parametrize("package", ["itables", "vl-convert-python"])
def test_without_the_extra(monkeypatch, tmp_path, package):
    """The line says what to install."""

    def missing(name):
        raise libraries.PackageNotFoundError(name)

    monkeypatch.setattr(
        libraries,
        "find_spec" if package == "itables" else "version",
        lambda name: None if package == "itables" else missing(name),
    )
    with pytest.raises(UsageError, match=rf"{package}.*pip install 'pytest-swallow\[html\]'"):
        write_page([small_run(tmp_path / "run")], tmp_path / "x.html", "en")


def test_chart_code_is_kept(monkeypatch, tmp_path):
    """It is bundled once; a cache that cannot be written to is not an error."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    import vl_convert

    made = []
    monkeypatch.setattr(vl_convert, "javascript_bundle", lambda: made.append(1) or "code")
    assert libraries.chart_script().text == libraries.chart_script().text
    assert made == [1]
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert libraries.chart_script().text.startswith("code")
    assert made == [1, 1]
