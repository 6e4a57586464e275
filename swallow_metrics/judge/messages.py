"""The messages that put one turn of a dialogue before a judge (rules JU-9 to JU-11)."""

from __future__ import annotations

from collections.abc import Sequence

from swallow_metrics.datatypes import JudgeSpec, Message, Sample, Sampling
from swallow_metrics.judge.prompts import JudgePrompts
from swallow_metrics.judge.sanitize import sanitized
from swallow_metrics.prompts.template import render

SAMPLING = Sampling(temperature=0.0, max_tokens=4096)
"""Of a judge's replies (JU-8). A reply asked for again adds a seed, its attempt."""


def judge_messages(
    prompts: JudgePrompts, spec: JudgeSpec, sample: Sample, answers: Sequence[str]
) -> tuple[Message, ...]:
    """What asks for a verdict on the last of `answers`, one per turn: the judge sees the dialogue up to it (JU-10).

    Reference answers are shown for the groups that need them (JU-9), and are `sample.target` then.
    """
    turn = len(answers) - 1
    reference = sample.group in spec.with_reference
    template = prompts.template(turn, reference=reference)
    shown = [sanitized(answer, prompts.user_texts) for answer in answers]
    if turn:
        fields = {f"question_{n}": text for n, text in enumerate(sample.turns[: turn + 1], 1)}
        fields |= {f"answer_{n}": text for n, text in enumerate(shown, 1)}
    else:
        fields = {"question": sample.turns[0], "answer": shown[0]}
    if reference:
        fields |= {f"ref_answer_{n}": text for n, text in enumerate(sample.target, 1)}
    system = [{"role": "system", "content": template.system}] if template.system else []
    return (*system, {"role": "user", "content": render(template.user, **fields)})
