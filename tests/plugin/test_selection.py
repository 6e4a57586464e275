"""What a run asks, as functions: which questions are kept, and which test functions can be left out unseen."""

from collections import Counter
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from swallow_metrics.datatypes import Sample
from swallow_metrics.plugin.selection import can_be_selected, may_ask, named_on_command_line, only_looks
from swallow_metrics.wiring.questions import limited

GROUPS = st.lists(st.sampled_from("abc"), max_size=30)


def samples(groups):
    return [Sample(f"{group}/{number}", ("",), group=group) for number, group in enumerate(groups)]


@given(GROUPS, st.integers(1, 35), st.integers(0, 5))
def test_a_limit_is_balanced_and_grows(groups, limit, seed):
    """As many as asked for, in their order, of every group as many as of any; a larger limit only adds."""
    whole = samples(groups)
    found = limited(whole, limit, seed)
    assert len(found) == min(limit, len(whole))
    assert found == [sample for sample in whole if sample in found]
    assert {each.id for each in found} <= {each.id for each in limited(whole, limit + 1, seed)}
    assert {each.id for each in found} == {each.id for each in limited(whole[::-1], limit, seed)}
    totals, kept = Counter(groups), Counter(each.group for each in found)
    for group, number in totals.items():
        assert kept[group] == number or kept[group] >= max(kept.values()) - 1
    without = [Sample(each.id, ("",)) for each in whole]  # the first part of an id is a group too
    assert [each.id for each in limited(without, limit, seed)] == [each.id for each in found]


def test_a_limit_draws_at_random():
    """Over many seeds, every question of a group and every group comes as often as any other."""
    whole = samples("aaaaabbbbbccccc")
    drawn = Counter(each.id for seed in range(600) for each in limited(whole, 4, seed))
    assert len(drawn) == 15
    assert max(drawn.values()) < 1.6 * min(drawn.values())
    groups = Counter(each.group for seed in range(600) for each in limited(whole, 1, seed))
    assert max(groups.values()) < 1.35 * min(groups.values())


def definition(marks=("english",), keywords=()):
    """A test function as pytest collects it, in a file and a folder."""
    nodes = [SimpleNamespace(name=name, extra_keyword_matches=()) for name in ("benchmarks", "test_mini.py")]
    own = SimpleNamespace(
        name="test_mini",
        extra_keyword_matches=keywords,
        listchain=lambda: [*nodes, own],
        iter_markers=lambda: [SimpleNamespace(name=mark) for mark in marks],
    )
    return own


def possible(subsets=(), **options):
    config = SimpleNamespace(getoption=options.get)
    return can_be_selected(config, definition(), "mini", subsets)


WORDS = st.sampled_from(
    ["mini", "english", "other", "mathematics", "physics", "7", "physics/1", "test_mini[physics/12]"]
)
EXPRESSIONS = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map("not {}".format),
    ),
    max_leaves=6,
)


@given(EXPRESSIONS)
@example("not (mini and 7)")
@example("physics and not 7")
def test_no_question_that_is_selected_is_left_out(expression):
    """Whatever pytest's own reading of `-k` selects of a benchmark, its dataset is loaded."""
    from _pytest.mark.expression import Expression

    compiled = Expression.compile(expression)
    names = {"benchmarks", "test_mini.py", "test_mini", "english", "mini"}
    for number in range(20):
        own = {*names, f"test_mini[physics/{number}]"}

        def is_in(word, /, own=own, **_):
            return any(word.lower() in name.lower() for name in own)

        if compiled.evaluate(is_in):
            assert possible(("physics",), keyword=expression)
    if not set(expression) & set("0123456789") and "physics" not in expression:  # no id can tell otherwise
        assert possible(("physics",), keyword=expression) == compiled.evaluate(is_in)


@pytest.mark.parametrize(
    ("options", "subsets", "expected"),
    [
        ({}, (), True),
        ({"markexpr": "mini"}, (), True),
        ({"markexpr": "English"}, (), False),  # pytest compares markers as they are
        ({"markexpr": "not mini"}, (), False),
        ({"markexpr": "english and not japanese"}, (), True),
        ({"markexpr": "japanese or math"}, (), False),
        ({"markexpr": "mini and"}, (), True),  # pytest says what is wrong
        ({"keyword": "ENGLISH"}, (), True),
        ({"keyword": "plain"}, (), False),
        ({"keyword": "plain or 3"}, (), True),
        ({"keyword": "physics"}, ("physics",), True),
        ({"keyword": "physics"}, ("chemistry",), False),
        ({"keyword": "Physics/3]"}, ("physics",), True),
        ({"keyword": "physics and not mini"}, ("physics",), False),
        ({"keyword": "not 3"}, (), True),
        ({"keyword": "mini", "markexpr": "japanese"}, (), False),
        ({"keyword": " and ".join(map(str, range(8))) + " and plain"}, (), False),
        ({"keyword": " and ".join(map(str, range(9))) + " and plain"}, (), True),  # too many to try
    ],
)
def test_what_can_be_selected(options, subsets, expected):
    """`-m` by the markers, `-k` by names, markers and what an id may be."""
    assert possible(subsets, **options) is expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["."], True),
        (["sub"], True),
        (["other"], False),
        (["sub/test_a.py"], True),
        (["sub/test_a.py::test_mini"], True),
        (["sub/test_a.py::test_mini[a::b/1]"], True),
        (["sub/test_a.py::test_else"], False),
        (["sub/test_a.py::test_else", "sub/test_a.py::test_mini[1]"], True),
        (["sub/test_a.py::test_else", "sub"], True),
        (["sub/test_a.py::Test"], False),
    ],
)
def test_what_node_ids_name(tmp_path, arguments, expected):
    """False only where they name other functions of the file; what they say of other files says nothing of this one."""
    config = SimpleNamespace(args=arguments, invocation_params=SimpleNamespace(dir=tmp_path))
    item = SimpleNamespace(path=tmp_path / "sub" / "test_a.py", nodeid="sub/test_a.py::test_mini")
    assert named_on_command_line(config, item) is (expected or arguments == ["other"])
    inside = SimpleNamespace(path=item.path, nodeid="sub/test_a.py::Test::test_mini")
    config.args = ["sub/test_a.py::Test"]
    assert named_on_command_line(config, inside)
    config.args = ["sub/test_a.py::test_mini"]
    assert not named_on_command_line(config, inside)


def test_files_that_may_ask(tmp_path):
    """A test function with the argument `sample` in a file of a test's name, or a path that cannot be looked at."""
    (tmp_path / "asks").mkdir()
    (tmp_path / "plain").mkdir()
    (tmp_path / "asks" / "test_a.py").write_text("def test_a(\n    score, sample): pass\n")
    (tmp_path / "plain" / "helper.py").write_text("def helper(sample): pass\n")
    (tmp_path / "plain" / "test_b.py").write_text("def test_b(resample, samples): pass\nsample = 1\n")

    def asks(*arguments):
        config = SimpleNamespace(
            args=arguments,
            invocation_params=SimpleNamespace(dir=tmp_path),
            getini=lambda name: ["test_*.py", "tests/"] if name == "python_files" else [],
        )
        return may_ask(config)

    assert asks(".")
    assert asks("plain", "asks/test_a.py::test_a")
    assert asks("plain", "package.module")
    assert not asks("plain")
    assert not asks("plain/test_b.py::test_b")
    assert not asks()


@pytest.mark.parametrize("name", ["collectonly", "showfixtures", "show_fixtures_per_test", "setupplan"])
def test_options_that_only_look(name):
    """Each of them alone."""
    assert only_looks(SimpleNamespace(option=SimpleNamespace(**{name: True})))
    assert not only_looks(SimpleNamespace(option=SimpleNamespace(**{name: False})))
