"""`docs/rules.md` and the rule ids that code, tests and documentation cite."""

import re

from places import ROOT

FAMILIES = "AG|BE|CO|GE|IB|IF|JA|JG|JU|JU2|LB|LC|MA|MC|MJ|PO|QA|TR|WM"
RULE = re.compile(rf"\b(?:{FAMILIES})-\d+[a-z]?\b")
ROW = re.compile(rf"^\| ((?:{FAMILIES})-\d+[a-z]?) \| (.+) \|$", re.MULTILINE)


def cited():
    for folder in ("swallow_metrics", "benchmarks", "tests", "docs"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".md") and path.name != "rules.md":
                for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                    yield from ((rule, f"{path.relative_to(ROOT)}:{number}") for rule in RULE.findall(line))


def test_every_rule_that_is_cited_is_explained():
    """A reader can look up each id."""
    explained = dict(ROW.findall((ROOT / "docs/rules.md").read_text("utf-8")))
    unknown = sorted({(rule, where) for rule, where in cited() if rule not in explained})
    assert not unknown, unknown[:5]


def test_every_rule_is_explained_once():
    """No id stands twice, and no explanation is empty."""
    rows = ROW.findall((ROOT / "docs/rules.md").read_text("utf-8"))
    ids = [rule for rule, _ in rows]
    assert len(ids) == len(set(ids)) > 200
    assert all(len(text) > 10 for _, text in rows)
