"""The template language, and what it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swallow_metrics.errors import UsageError
from swallow_metrics.prompts import check_fields, render, variants
from swallow_metrics.prompts.template import placeholders, renamed

FIELDS = ("Question", "A", "choices")
GOOD = ["{Question}{A}", "{A} {{literal}} {Question} {choices} {A}", "{{{Question}}} {A}", "{{}}{Question}\n{A}\n\n"]
BAD = {
    "{Question} {B}": "line 1: unknown placeholder '{B}'; allowed here: {Question}, {A}, {choices}; write {{ and }}",
    "{Question}\n{A}\n{Qestion}": "line 3: unknown placeholder '{Qestion}' (did you mean {Question}?); allowed here",
    "{Question} {}": "line 1: unknown placeholder '{}'",
    "{Question} {0}": "line 1: unknown placeholder '{0}'",
    "{Question} {A!r}": "line 1: unknown placeholder '{A!r}'; allowed",
    "{Question} {A:>5}": "line 1: unknown placeholder '{A:>5}'",
    "{Question} {A.__class__}": "line 1: unknown placeholder '{A.__class__}'",
    "{Question} {A[0]}": "line 1: unknown placeholder '{A[0]}'",
    "{Question} { A }": "line 1: unknown placeholder '{ A }'",
    "{Question}\n{A": "line 2: the brace '{' has no partner",
    "{Question} {A}}": "line 1: the brace '}' has no partner",
    "{Question} {{A}": "line 1: the brace '}' has no partner",
    "{Question} {A:{Question}}": "line 1: the brace '{' has no partner",
    r"\boxed{ANSWER} {Question} {A}": "line 1: unknown placeholder '{ANSWER}'",
    "{A}": "t.txt: expected the placeholder {Question}, but it does not occur",
    "": "t.txt: expected the placeholder {Question}, {A}, but it does not occur",
}


@pytest.mark.parametrize("template", GOOD)
def test_plain_fields_and_doubled_braces_are_accepted(template):
    """`choices` alone may be left out, as the options show the letters too."""
    check_fields(template, FIELDS, "t.txt")
    assert set(placeholders(template)) >= {"Question", "A"}


@pytest.mark.parametrize("template", BAD)
def test_anything_else_is_named_with_file_line_and_what_is_allowed(template):
    """Before a question is asked, never as a KeyError in the middle of a run."""
    with pytest.raises(UsageError) as caught:
        check_fields(template, FIELDS, "t.txt")
    assert BAD[template] in str(caught.value)
    assert str(caught.value).startswith("t.txt")
    assert "\n" not in str(caught.value)


@given(
    st.lists(st.sampled_from(["{Question}", "{A}", "{B}", "{", "}", "{{", "}}", "x", "!r", ":", "\n"]), max_size=12),
    st.text(),
)
def test_what_is_accepted_is_what_str_format_fills_in(parts, value):
    """No template that passes raises later, and braces in values stay as they are."""
    template = "".join(["{Question}{A}", *parts])
    values = {"Question": f"{{{value}}}", "A": "{A}"}
    try:
        check_fields(template, ("Question", "A"), "t.txt")
    except UsageError:
        return
    assert render(template, **values) == template.format(**values)


def test_renaming_touches_fields_only():
    """Literal braces and words of the same name stay."""
    assert renamed("{q} {{q}} q {a}", {"q": "Question"}) == "{Question} {{q}} q {a}"


def test_variants_are_begun_by_a_line_with_their_name():
    """Each loses the line feed before the next, and no other."""
    template = "[[functional]]\nUse it:\n{x}\n\n\n[[stdin]]\nRead [[x]].\n\n"
    assert variants(template, ("functional", "stdin")) == {"functional": "Use it:\n{x}\n\n", "stdin": "Read [[x]].\n\n"}


@pytest.mark.parametrize(
    "template",
    ["", "text", "[[a]]\nx", "[[a]]\nx\n[[b]]\ny\n[[a]]\nz", "x\n[[a]]\n[[b]]\n", "[[a]]\nx\n[[b]]\ny\n[[c]]\nz"],
)
def test_variants_must_be_those_expected(template):
    """Missing, doubled, unknown, or text before the first."""
    with pytest.raises(UsageError, match=r"expected \[\[a\]\] and \[\[b\]\] once each, the first in line 1"):
        variants(template, ("a", "b"))
