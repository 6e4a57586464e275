"""What holds for the audit of any answer."""

from hypothesis import given, settings
from hypothesis import strategies as st

from recorded import record
from swallow_metrics.audit.answers import Reading, findings
from swallow_metrics.datatypes import Record, Response
from swallow_metrics.extraction.choice import choice_letter
from swallow_metrics.runs import Question

OPTIONS = ["an apple", "a pear", "a plum", "a fig"]
ANSWERS = st.lists(
    st.sampled_from(["Answer", "answer", "回答", ":", "：", " ", "\n", "A", "B", "C", "or", "not", "a plum", "a fig", "<think>",
                     "</think>", "\\boxed{B}", ".", "。", "12", "1/2", "unknown"]),
    max_size=12,
).map("".join)  # fmt: skip


@given(ANSWERS, st.sampled_from("ABCD"), st.sampled_from(["letters", "texts", "free"]))
@settings(max_examples=300, deadline=None)
def test_any_answer(text, target, kind):
    """No answer breaks the audit; a finding repeats the official score, and lenient readings are of wrong answers only."""
    if kind == "free":
        item = record("0", float(text == target), benchmark="qa", metric="exact_match", extracted=[text])
        reading, gold = None, target
    else:
        read = choice_letter(text, "ABCD", "en")
        item = record("0", float(read == target), benchmark="mc", extracted=[read])
        gold = target if kind == "letters" else OPTIONS["ABCD".index(target)]
        reading = Reading("ABCD", "en", golds_are_letters=kind == "letters")
    asked = Question("mc", "0", target=gold, choices=None if kind == "free" else OPTIONS)
    primary = next(iter(item["scores"]))
    for finding in findings(Record(**item), primary, asked, [Response(text)], reading):
        assert finding.official == item["scores"][primary]
        assert finding.lenient in (None, 0.0, 1.0)
        if finding.kind in ("contains_gold", "lenient_reading"):
            assert (finding.official, finding.lenient) == (0.0, 1.0)
