"""Datasets of the hub, loaded by the real `datasets` and `huggingface_hub` from a hub on the loopback interface.

Every load happens in a child process with its own HF_HOME, as these libraries read their environment once.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from loopback_hub import LoopbackHub, Repository, commit
from places import ROOT
from swallow_metrics.exchange.benchmark import _declared, _module
from swallow_metrics.metrics.ifbench.instructions import prepare

CHILD = Path(__file__).with_name("load_in_child.py")
CONVERTED = "refs/convert/parquet"
ROWS = [{"question": f"q{n}", "answer": "AB"[n % 2]} for n in range(4)]
QA = {"split": "test", "columns": ["question", "answer"]}
SUBSETS = {"subsets": ["anatomy", "virology"], "rows": 4}
LEVELS = {"subsets": ["low", "top"], "rows": 3, "config": "ja", "splits": {"low": "low", "top": "top"}}
SCRIPT = "raise SystemExit('a script of a dataset was run')"


def jsonl(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def parquet(rows):
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), stream)
    return stream.getvalue()


def card(*configs, split="test"):
    files = "".join(
        f"- config_name: {name}\n  data_files:\n  - split: {split}\n    path: {name}/*\n" for name in configs
    )
    return f"---\nconfigs:\n{files}---\n".encode()


def levels(*splits):
    """As PolyMath is kept: a configuration for a language, a split for a level."""
    files = "".join(f"  - split: {split}\n    path: ja/{split}.parquet\n" for split in splits)
    return f"---\nconfigs:\n- config_name: ja\n  data_files:\n{files}---\n".encode()


def csv_zip(header=""):
    """As JMMLU is kept: a zip of one CSV a subject, without header lines, beside what a Mac adds and another split."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for subject in ("anatomy", "virology"):
            archive.writestr(f"D/test/{subject}.csv", f'\ufeff{header}"q, ""0""",1,2,3,4,A\n"q\n1",B,2,3,4,B\n')
            archive.writestr(f"D/dev/{subject}.csv", "not,these,,,,\n")
            archive.writestr(f"__MACOSX/D/test/._{subject}.csv", b"\x00\x05")
    return stream.getvalue()


def script(name, **branches):
    return {"main": {f"{name}.py": SCRIPT.encode()} | branches.pop("files", {})} | branches


# As IFBench is kept: one parquet file, and objects with the keys of all of them, mostly null.
IFBENCH = [
    {
        "key": str(n),
        "prompt": f"p{n} ",
        "instruction_id_list": [f"count:{name}"],
        "kwargs": [{"N": 2.0, "m": None, "sep": sep}],
    }
    for n, (name, sep) in enumerate([("numbers", None), ("pronouns", None)])
]
NESTED = [{"question": "q", "answer": "A", "kwargs": [{"n": 1}, {"language": "ja"}]}]
LCB = {f"test{n}.jsonl": jsonl([{"question": f"file {n}", "answer": ""}]) for n in ("", 2, 3, 4, 5, 6)}
JMMLU_COLUMNS = ["question", "A", "B", "C", "D", "answer"]


def configurations(files):
    """A card of configurations with splits: name → split → path."""
    listed = "".join(
        f"- config_name: {name}\n  data_files:\n"
        + "".join(f"  - split: {split}\n    path: {path}\n" for split, path in splits.items())
        for name, splits in files.items()
    )
    return f"---\nconfigs:\n{listed}---\n".encode()


JAMCQA = [
    {"qid": f"c{n}", "category": "culture", "question": f"q{n}", **{f"choice{i}": f"{n}{i}" for i in range(4)},
     "answer_index": n}
    for n in range(3)
]  # fmt: skip
JGPQA = [
    {
        "Question": f"q{n}",
        "Correct Answer": f"right {n}",
        **{f"Incorrect Answer {i}": f"wrong {n}{i}" for i in (1, 2, 3)},
    }
    for n in range(6)
]
SELECTIONS = {"diamond": JGPQA[:1], "main": JGPQA[:3], "extended": JGPQA}
REPOSITORIES = {
    "sbintuitions/JamC-QA": {"main": {
        "README.md": configurations({"v1.0": {"dev": "v1.0/dev.parquet", "test": "v1.0/test.parquet"}}),
        "v1.0/dev.parquet": parquet(JAMCQA[2:]), "v1.0/test.parquet": parquet(JAMCQA[:2]),
    }},
    "llm-jp/jgpqa": {"main": {
        "README.md": configurations({f"gpqa_{name}": {"train": f"gpqa_{name}.jsonl"} for name in SELECTIONS}),
        **{f"gpqa_{name}.jsonl": jsonl(rows) for name, rows in SELECTIONS.items()},
    }},
    "me/data": {"main": {"README.md": card("anatomy", "virology"), "anatomy/t.jsonl": jsonl(ROWS[:2]),
                         "virology/t.jsonl": jsonl(ROWS[2:])}},
    "me/nested": {"main": {"test.jsonl": jsonl(NESTED)}},
    "me/ifbench": {"main": {"README.md": card("default", split="train"), "default/0.parquet": parquet(IFBENCH)}},
    "me/year1": {"main": {"data/test-00000-of-00001.parquet": parquet(ROWS[:1])}},
    "me/year2": {"main": {"test.jsonl": jsonl(ROWS[1:3])}},
    "me/renamed": script("renamed", **{CONVERTED: {
        "default/test/0000.parquet": parquet(ROWS[:2]), "default/test/0001.parquet": parquet(ROWS[2:]),
        "default/train/0000.parquet": parquet(ROWS), "other/test/0000.parquet": parquet([{"x": 1}]),
    }}),
    "me/converted": script("converted", **{CONVERTED: {
        "Anatomy/test/0000.parquet": parquet(ROWS[:2]), "virology/D-test-00000-of-00001.parquet": parquet(ROWS[2:]),
        "virology/partial-test/0000.parquet": parquet(ROWS),
    }}),
    "me/merged": script("merged", **{CONVERTED: {"all/test/0000.parquet": parquet(
        [ROWS[0] | {"subject": "virology"}, ROWS[1] | {"subject": "anatomy"}, ROWS[2] | {"subject": "virology"}]
    )}}),
    "me/releases": script("releases", files=LCB),
    "me/zipped": script("zipped", files={"D.zip": csv_zip()}),
    "me/zipped2": script("zipped2", files={"D.zip": csv_zip("question,A,B,C,D,answer\n")}),
    "me/wrong": {"main": {"test.jsonl": jsonl([{"question": "q", "label": "A"}])}},
    "me/partial": {"main": {"README.md": card("anatomy"), "anatomy/t.jsonl": jsonl(ROWS[:2])}},
    "me/levels": {"main": {"README.md": levels("low", "top"), "ja/low.parquet": parquet(ROWS[:1]),
                           "ja/top.parquet": parquet(ROWS[1:3])}},
    "me/levels2": script("levels2", files={"ja/low.jsonl": jsonl(ROWS[:1]), "ja/top.jsonl": jsonl(ROWS[1:3]),
                                           "en/low.jsonl": jsonl(ROWS[3:]), "en/top.jsonl": jsonl(ROWS[3:])}),
    "me/gated": {"main": {"gated.csv": b"question,answer\nq,A\n"}},
    "me/unclear": script("unclear", files={"a.jsonl": jsonl(ROWS), "b.jsonl": jsonl(ROWS)}),
}  # fmt: skip


def declared(module, name, rows):
    """A benchmark's dataset as its module declares it, with the rows of the hub here."""
    benchmark = next(b for b in _declared(_module(ROOT / "benchmarks" / f"{module}.py")) if b.id == name)
    return asdict(benchmark.dataset) | {"rows": rows}


CASES = {
    "jamcqa": declared("test_jamcqa", "jamcqa", 2),
    **{f"jgpqa_{name}": declared("test_jgpqa", f"jgpqa_{name}", len(rows)) for name, rows in SELECTIONS.items()},
    "data": {"path": "me/data", **QA, **SUBSETS},
    "nested": {"path": "me/nested", **QA, "rows": 1},
    "ifbench": {"path": "me/ifbench", "split": "train", "columns": list(IFBENCH[0]), "rows": 2},
    "years": {"path": "me/year1", **QA, "rows": 3, "subsets": ["2", "1"], "paths": {"1": "me/year1", "2": "me/year2"}},
    "renamed": {"path": "me/renamed", **QA, "rows": 4, "config": "v1.2"},
    "converted": {"path": "me/converted", **QA, **SUBSETS},
    "merged": {"path": "me/merged", **QA, **SUBSETS, "rows": 3},
    "releases": {"path": "me/releases", **QA, "rows": 2, "config": "v5_v6", "files": ["test5.jsonl", "test6.jsonl"]},
    "zipped": {"path": "me/zipped", **QA, **SUBSETS, "columns": JMMLU_COLUMNS},
    "zipped2": {"path": "me/zipped2", **QA, **SUBSETS, "columns": JMMLU_COLUMNS},
    "levels": {"path": "me/levels", **QA, **LEVELS},
    "levels2": {"path": "me/levels2", **QA, **LEVELS},
    "wrong": {"path": "me/wrong", **QA, "rows": 1},
    "partial": {"path": "me/partial", **QA, **SUBSETS},
    "gated": {"path": "me/gated", **QA, "rows": 1, "gated": True},
    "unclear": {"path": "me/unclear", **QA, "rows": 4},
    "missing": {"path": "me/missing", **QA, "rows": 1},
}


def load(home, endpoint, cases, **environment):
    """The results of cases by id, loaded in one child process; "imported" lists the heavy libraries it needed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
    own = {"HF_HOME": str(home), "XDG_CACHE_HOME": f"{home}-own", "HF_ENDPOINT": endpoint, "NO_PROXY": "*"}
    environment = kept | own | environment
    asked = [{"id": case, "dataset": CASES[case]} if isinstance(case, str) else case for case in cases]
    done = subprocess.run(
        [sys.executable, CHILD], input=json.dumps(asked), env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    *results, imported = map(json.loads, done.stdout.splitlines())
    return {case.get("id", ""): result for case, result in zip(asked, results, strict=True)} | {"imported": imported}


@pytest.fixture(scope="module")
def hub():
    """A hub with a repository of each kind."""
    repositories = {name: Repository(branches, gated="gated" in name) for name, branches in REPOSITORIES.items()}
    with LoopbackHub(repositories) as hub:
        yield hub


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A cache that the first run fills."""
    return tmp_path_factory.mktemp("huggingface")


@pytest.fixture(scope="module")
def first(hub, home):
    """What a first run online loads."""
    return load(home, hub.url, CASES)


def head(name, branch="main"):
    return commit(REPOSITORIES[name][branch])


def ids(result):
    return [row[0] for row in result["rows"]]


def questions(result):
    return [row[2]["question"] for row in result["rows"]]


def test_a_repository_of_data_is_read_at_its_newest_commit(first):
    """Ids carry the subset, the report the commit, the count and the way."""
    result = first["data"]
    assert ids(result) == ["anatomy/0", "anatomy/1", "virology/0", "virology/1"]
    assert questions(result) == ["q0", "q1", "q2", "q3"]
    expected = {"path": "me/data", "revision": head("me/data"), "rows": 4, "source": "data", "warnings": []}
    assert result["info"] == expected | {"sha256": result["info"]["sha256"]}
    assert result["at"] == f"data: me/data@{head('me/data')[:12]} anatomy, row 0: x"


def test_rows_are_what_was_written_not_what_a_table_made_of_them(first):
    """A table gives every object in a column the keys of all of them, with nulls."""
    assert [row[2] for row in first["nested"]["rows"]] == NESTED


def test_instructions_of_ifbench_come_from_the_hub(first):
    """Nulls are as good as absent, numbers are floats, and the instructions of each row can be checked."""
    rows = [row[2] for row in first["ifbench"]["rows"]]
    assert [row["prompt"] for row in rows] == ["p0 ", "p1 "]
    prepared = [prepare(row["instruction_id_list"], row["kwargs"]) for row in rows]
    assert [(found.id, dict(found.arguments)) for (found,) in prepared] == [
        ("count:numbers", {"N": 2}),
        ("count:pronouns", {"N": 2}),
    ]


def test_subsets_can_be_repositories_of_their_own(first):
    """AIME has one a year; paths and revisions are joined in order, rows come in the order of subsets."""
    result = first["years"]
    assert list(zip(ids(result), questions(result), strict=True)) == [("2/0", "q1"), ("2/1", "q2"), ("1/0", "q0")]
    assert result["info"]["path"] == "me/year2+me/year1"
    assert result["info"]["revision"] == f"{head('me/year2')}+{head('me/year1')}"


def test_jamcqa_is_read_from_its_one_configuration(first):
    """Of its two splits the one for tests (JA-1); indices stay numbers."""
    result = first["jamcqa"]
    assert [(row[0], row[2]) for row in result["rows"]] == [("0", JAMCQA[0]), ("1", JAMCQA[1])]
    assert (result["info"]["path"], result["info"]["warnings"]) == ("sbintuitions/JamC-QA", [])


@pytest.mark.parametrize("name", SELECTIONS)
def test_each_selection_of_jgpqa_is_a_configuration(first, name):
    """They are nested (JG-3): each is read from its own, never from a larger one."""
    result = first[f"jgpqa_{name}"]
    assert [row[2] for row in result["rows"]] == SELECTIONS[name]
    assert (result["info"]["path"], result["info"]["warnings"]) == ("llm-jp/jgpqa", [])


def test_jgpqa_is_gated(tmp_path):
    """Without consent and a token one line says what to do."""
    with LoopbackHub({"llm-jp/jgpqa": Repository(REPOSITORIES["llm-jp/jgpqa"], gated=True)}) as hub:
        error = load(tmp_path, hub.url, ["jgpqa_diamond"])["jgpqa_diamond"]["error"]
    assert "llm-jp/jgpqa is gated: accept its terms" in error and "HF_TOKEN" in error


@pytest.mark.parametrize(("name", "source"), [("levels", "data"), ("levels2", "raw files")])
def test_subsets_can_be_splits_of_one_configuration(first, name, source):
    """PolyMath has one a level; path and revision are said once."""
    result = first[name]
    assert list(zip(ids(result), questions(result), strict=True)) == [("low/0", "q0"), ("top/0", "q1"), ("top/1", "q2")]
    info = result["info"]
    assert (info["path"], info["revision"], info["source"]) == (f"me/{name}", head(f"me/{name}"), source)
    assert info["warnings"] == []


def test_a_script_is_never_run_and_its_converted_branch_read(first):
    """Subset names are matched by letters and digits; a part of a split is not taken for the split."""
    result = first["converted"]
    assert questions(result) == ["q0", "q1", "q2", "q3"]
    assert ids(result) == ["anatomy/0", "anatomy/1", "virology/0", "virology/1"]
    info = result["info"]
    assert (info["source"], info["revision"]) == (CONVERTED, head("me/converted"))
    assert info["data_revision"] == head("me/converted", CONVERTED)


def test_a_renamed_configuration_is_found_by_columns_and_rows(first):
    """The hub calls the only configuration "default" after a script is gone."""
    assert questions(first["renamed"]) == ["q0", "q1", "q2", "q3"]


def test_merged_subsets_are_told_apart_by_the_column_that_names_them(first):
    """Rows are numbered within their subset, as in files of their own."""
    result = first["merged"]
    assert list(zip(ids(result), questions(result), strict=True)) == [
        ("anatomy/0", "q1"),
        ("virology/0", "q0"),
        ("virology/1", "q2"),
    ]


def test_a_release_is_the_raw_files_that_make_it(first):
    """LiveCodeBench v5_v6: files 5 and 6, in this order, and no other."""
    assert questions(first["releases"]) == ["file 5", "file 6"]
    assert first["releases"]["info"]["source"] == "raw files"


@pytest.mark.parametrize("name", ["zipped", "zipped2"])
def test_one_csv_a_subject_with_or_without_header_is_read_from_a_zip(first, name):
    """Every cell stays text, quoted commas and line feeds too; an answer A is not mistaken for the column A."""
    result = first[name]
    assert ids(result) == ["anatomy/0", "anatomy/1", "virology/0", "virology/1"]
    assert result["rows"][0][2] == {"question": 'q, "0"', "A": "1", "B": "2", "C": "3", "D": "4", "answer": "A"}
    assert result["rows"][1][2] == {"question": "q\n1", "A": "B", "B": "2", "C": "3", "D": "4", "answer": "B"}
    assert result["info"]["warnings"] == []


def test_equal_rows_have_equal_hashes_whatever_way_they_came(first):
    """So a lock file also tells whether a converted copy is the same."""
    assert first["data"]["info"]["sha256"] == first["converted"]["info"]["sha256"]
    assert first["zipped"]["info"]["sha256"] == first["zipped2"]["info"]["sha256"]


def test_wrong_columns_are_named_with_those_there(first):
    """And everything that was tried, with the way out, in one line."""
    error = first["wrong"]["error"]
    assert error.startswith(f"wrong: cannot read me/wrong at {head('me/wrong')[:12]} from the hub; tried data (")
    assert error.count("it has no column 'answer', only 'question', 'label'") == 2
    assert "refs/convert/parquet (there is no such branch or commit)" in error
    assert error.endswith("use --data-dir DIR")
    assert "\n" not in error


def test_a_subset_that_is_not_there_is_a_warning(first):
    """As a count other than the published one is; the rest is measured."""
    assert ids(first["partial"]) == ["anatomy/0", "anatomy/1"]
    assert first["partial"]["info"]["warnings"] == [
        "partial: me/partial has no subset virology",
        "partial: me/partial has 2 rows, expected 4",
    ]


def test_a_gated_repository_says_which_page_and_which_variable(first, hub, home):
    """With a token that has no access as well."""
    page = f"accept its terms at {hub.url}/datasets/me/gated and set HF_TOKEN to a token of that account"
    assert first["gated"]["error"] == f"gated: me/gated is gated: {page}, or use --data-dir DIR"
    with_token = load(home, hub.url, ["gated"], HF_TOKEN="hf_loopback")["gated"]["error"]
    assert with_token == f"gated: me/gated is gated and the token at hand has no access: {page}, or use --data-dir DIR"


def test_files_that_could_each_be_meant_are_not_guessed(first):
    """Which of two files has the rows is the user's to say."""
    assert "it does not say which of a.jsonl, b.jsonl has the split 'test'" in first["unclear"]["error"]


def test_a_missing_repository_is_one_line(first, hub):
    """The hub does not tell missing from private."""
    assert first["missing"]["error"] == (
        f"missing: me/missing is not on the hub at {hub.url}, or is private; if you have access, set HF_TOKEN, "
        "else use --data-dir DIR"
    )


def test_later_runs_read_the_cache(first, hub, home):
    """Online one call a repository asks for the newest commit; offline nothing is asked. `datasets` is not imported."""
    good = [name for name, result in first.items() if "info" in result and name != "partial"]
    hub.requests.clear()
    again = load(home, hub.url, good)
    assert {name: again[name] for name in good} == {name: first[name] for name in good}
    asked = [request for request in hub.requests if request.startswith("GET /api/datasets")]
    assert sorted(set(asked)) == sorted(
        {f"GET /api/datasets/{path}" for name in good for path in first[name]["info"]["path"].split("+")}
    )
    hub.requests.clear()
    offline = load(home, hub.url, [*good, "missing"], HF_HUB_OFFLINE="1")
    assert {name: offline[name] for name in good} == {name: first[name] for name in good}
    assert again["imported"] == []
    assert "missing: me/missing is not in the cache and HF_HUB_OFFLINE is set" in offline["missing"]["error"]
    assert hub.requests == []


def test_an_unreachable_hub_is_one_line(first, home, tmp_path):
    """With the way out, and what the cache could give."""
    nowhere = "http://127.0.0.1:9"
    fresh = load(tmp_path, nowhere, ["data", "nested"])
    assert fresh["data"]["error"].startswith(f"data: cannot reach the hub at {nowhere} for me/data (")
    assert fresh["nested"]["error"].endswith("use --data-dir DIR")
    known = load(home, nowhere, ["data"])["data"]["error"]
    assert known.endswith(f"the cache has revision {head('me/data')[:12]}: HF_HUB_OFFLINE=1 takes it")
    assert first["data"]["info"]["rows"] == 4


def test_a_cache_that_cannot_be_written_is_stood_in_for_by_the_users_own(hub, tmp_path):
    """Caches below a file stand for read-only ones, which root cannot have: rows are loaded, and kept elsewhere."""
    (tmp_path / "file").write_bytes(b"")
    closed = {f"HF_{name}_CACHE": str(tmp_path / "file" / name) for name in ("HUB", "ASSETS", "DATASETS")}
    names = ["data", "converted", "zipped"]
    fresh = load(tmp_path / "home", hub.url, names, **closed)
    assert [len(fresh[name].get("rows", ())) for name in names] == [4, 4, 4], fresh
    offline = load(tmp_path / "home", "http://127.0.0.1:9", names, **closed, HF_HUB_OFFLINE="1")
    assert {name: offline[name] for name in names} == {name: fresh[name] for name in names}
    neither = load(tmp_path / "home", hub.url, ["converted"], **closed, XDG_CACHE_HOME=str(tmp_path / "file" / "own"))
    assert "set HF_HOME or XDG_CACHE_HOME to a folder of yours" in neither["converted"]["error"]
    assert "\n" not in neither["converted"]["error"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
def test_a_full_cache_that_is_read_only_serves(first, hub, home, tmp_path):
    """Online and offline, as where an administrator filled HF_HOME for all; nothing is written into it."""
    folder = tmp_path / "home"
    shutil.copytree(home, folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for environment in ({}, {"HF_HUB_OFFLINE": "1"}):
        assert load(folder, hub.url, ["data"], **environment)["data"] == first["data"]
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)


@pytest.mark.slow
def test_an_offline_run_takes_what_datasets_itself_kept(hub, tmp_path):
    """A cache filled by another program serves as well, and its commit is known."""
    load(tmp_path, hub.url, [{"prepare": ["me/data", "anatomy"]}, {"prepare": ["me/data", "virology"]}])
    result = load(tmp_path, hub.url, ["data"], HF_HUB_OFFLINE="1")["data"]
    assert questions(result) == ["q0", "q1", "q2", "q3"]
    assert result["info"]["revision"] == head("me/data")


def test_a_lock_pins_the_revision_and_enforces_what_it_says(tmp_path):
    """Written with --data-lock-update; then the old commit is read although the hub has a newer one."""
    files = {"data.py": SCRIPT.encode(), "anatomy.jsonl": jsonl(ROWS[:2]), "virology.jsonl": jsonl(ROWS[2:])}
    repository = Repository({"main": files})
    lock, home = tmp_path / "data.lock", tmp_path / "home"
    case = {"id": "data", "dataset": CASES["data"], "lock": str(lock)}
    with LoopbackHub({"me/data": repository}) as hub:
        written = load(home, hub.url, [case | {"update": True}])["data"]
        pinned = lock.read_text()
        newer = files | {"anatomy.jsonl": jsonl([ROWS[0], ROWS[1] | {"answer": "D"}])}
        repository.commit_of("main")
        repository.branches["main"] = newer
        assert load(tmp_path / "empty", hub.url, [case])["data"] == written
        assert load(home, "http://127.0.0.1:9", [case])["data"] == written  # in the cache: no need for the hub

        wrong = {"rows": 5, "sha256": "0" * 64, "path": "me/other", "revision": "f" * 40}
        cases = [case | {"id": "data", "lock": None}]
        for field, value in wrong.items():
            found = written["info"][field]
            copy = tmp_path / f"{field}.lock"
            changed = pinned.replace("[data]", f"[{field}]")
            copy.write_text(changed.replace(f"{field} = {json.dumps(found)}", f"{field} = {json.dumps(value)}"))
            cases.append(case | {"id": field, "lock": str(copy)})
        results = load(home, hub.url, [*cases, case | {"id": "updated", "update": True}])
    assert results["data"]["info"]["revision"] == commit(newer)
    for field in ("rows", "sha256", "path"):
        found = written["info"][field]
        expected = (
            f"{field}: {tmp_path / field}.lock pins {field} = {wrong[field]!r}, but it is {found!r}; use the dataset"
        )
        assert results[field]["error"].startswith(expected)
    assert f"me/data has no revision '{'f' * 40}' (there is no such branch or commit)" in results["revision"]["error"]
    assert commit(newer) in lock.read_text()
    assert pinned.partition("[data]")[2] in lock.read_text()  # other entries stay
