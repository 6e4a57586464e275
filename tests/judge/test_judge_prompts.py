"""Judge prompts: ours, and files in FastChat's format."""

import json

import pytest

from places import ROOT
from projects import write_jsonl
from swallow_metrics.errors import UsageError
from swallow_metrics.judge.prompts import FIELDS, read_prompts

OWN = [ROOT / "benchmarks" / "judge_prompts" / f"{name}.toml" for name in ("japanese", "english")]


def rows(**changes):
    """A file's rows in FastChat's format; `changes` replace whole rows by name, None leaves one out."""
    made = {
        name: {
            "name": name,
            "type": "single",
            "system_prompt": "S",
            "prompt_template": "\n".join(f"[{field}]\n{{{field}}}" for field in fields),
            "description": "d",
            "category": "general",
            "output_format": "[[rating]]",
        }
        for name, fields in FIELDS.items()
    }
    made |= {name.replace("_", "-"): row for name, row in changes.items()}
    return [row for row in made.values() if row is not None]


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_own_prompts_ask_for_what_is_read(path):
    """Every template has its placeholders, asks for `[[rating]]` on a scale to 10, and is judged from both ends."""
    prompts = read_prompts(path)
    assert set(prompts.templates) == set(FIELDS)
    for name, template in prompts.templates.items():
        whole = template.system + template.user
        assert "[[rating]]" in whole
        assert "Rating: [[5]]" in whole
        assert "from 1 " in whole
        assert "10" in whole
        assert ("reference" in whole.lower()) == ("math" in name)
        assert ("second question" in whole) == ("multi-turn" in name)
        assert ("Japanese" in whole) == (path.stem == "japanese")


def test_fastchat_files_are_accepted(tmp_path):
    """Each line is a template by name; others, such as pairwise ones, are passed over."""
    path = tmp_path / "judge_prompts.jsonl"
    write_jsonl(path, [{"name": "pair-v2", "system_prompt": 1}, *rows()])
    prompts = read_prompts(path)
    assert prompts.template(0, reference=False).user == "[question]\n{question}\n[answer]\n{answer}"
    assert "{ref_answer_2}" in prompts.template(1, reference=True).user
    assert prompts.template(1, reference=False).system == "S"


def test_the_hash_is_that_of_the_wording(tmp_path):
    """The same templates have the same hash in any file and order; another word gives another hash."""
    one, two, toml = tmp_path / "one.jsonl", tmp_path / "two.jsonl", tmp_path / "three.toml"
    write_jsonl(one, rows())
    write_jsonl(two, reversed(rows()))
    toml.write_text(
        "".join(
            f"[{r['name']}]\nsystem_prompt = {json.dumps(r['system_prompt'])}\n"
            f"prompt_template = {json.dumps(r['prompt_template'])}\n"
            for r in rows()
        )
    )
    assert read_prompts(one).sha256 == read_prompts(two).sha256 == read_prompts(toml).sha256
    assert read_prompts(one).sha256 != read_prompts(OWN[0]).sha256


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"single_math_v1": None}, ["'single-math-v1'"]),
        ({"single_v1": {"name": "single-v1", "system_prompt": "S", "prompt_template": "{question}"}}, ["{answer}"]),
        (
            {
                "single_v1": {
                    "name": "single-v1",
                    "system_prompt": "S",
                    "prompt_template": "{question} {anser} {answer}",
                }
            },
            ["{anser}", "did you mean {answer}?"],
        ),
        ({"single_v1": {"name": "single-v1", "system_prompt": "S"}}, ["'prompt_template'", "single-v1"]),
        ({"single_v1": {"name": "single-v1", "system_prompt": None, "prompt_template": "x"}}, ["'system_prompt'"]),
        ({"single_v1": {"title": "x"}}, ["'name'", "line 1"]),
        ({"more": rows()[0]}, ["second template 'single-v1'", "line 5"]),
    ],
)
def test_wrong_files_name_the_template(tmp_path, changes, words):
    """One line with the file, the template and the placeholder."""
    path = tmp_path / "own.jsonl"
    write_jsonl(path, rows(**changes))
    with pytest.raises(UsageError) as caught:
        read_prompts(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    assert all(word in message for word in words), message


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.jsonl", b"not json\n", "line 1"),
        ("a.jsonl", b"\xff", "UTF-8"),
        ("a.jsonl", b"", "'single-v1'"),
        ("a.toml", b"x = [", "TOML"),
        ("a.toml", b"x = 1", "[x]"),
    ],
)
def test_unreadable_files(tmp_path, name, content, word):
    """Whatever a file holds, one line says what was expected."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=r"a\.(jsonl|toml)") as caught:
        read_prompts(tmp_path / name)
    assert word in str(caught.value)
