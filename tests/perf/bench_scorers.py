"""Samples scored a second on one core, per benchmark, over the recorded vectors; and what hostile texts cost.

    python tests/perf/bench_scorers.py [shared folder beside the project, or $SWALLOW_SHARED]

Mathematics runs in fresh processes, since its parser learns while it works, and beside math-verify as it comes, in the
same run: the ratio is what to compare. Times are processor time, but for the last part.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable

from measure import machine, one_core
from places import SHARED
from swallow_metrics.extraction.choice import choice_letter
from swallow_metrics.extraction.open_answer import plain_answer, quasi_answer
from swallow_metrics.extraction.reasoning import split_reasoning
from swallow_metrics.metrics.following.followed import follow
from swallow_metrics.metrics.ifbench.instructions import prepare
from swallow_metrics.metrics.ifbench.text import Text
from swallow_metrics.metrics.open_qa import open_qa_scores
from swallow_metrics.workers.math_verifier import MathVerifier

CHOICE = {
    "swallow_jmmlu": "ja", "mmlu_prox_japanese": "ja", "swallow_gpqa_ja": "ja",
    "hellaswag": "en", "gpqa_diamond": "en", "mmlu_pro_english": "en",
}  # fmt: skip
MATHEMATICS = ("math_500", "math_100_japanese", "aime")
REFERENCE = {"choice": "12,000-24,000", "jemhopqa": "9,800", "math_500": "160-190", "aime": "370-510"}


def vectors(benchmark, part=""):
    """(row, response text) of each recorded sample."""
    rows, answers = (
        [json.loads(line) for line in text.split("\n") if line]
        for text in (
            (SHARED / "conformance" / part / kind / f"{benchmark}.jsonl").read_text("utf-8")
            for kind in ("data", "responses")
        )
    )
    return [(row, answer["text"]) for row, answer in zip(rows, answers, strict=True)]


def rate(function: Callable, samples, seconds=1.0):
    """Samples a second, repeated for about this long."""
    done, start = 0, time.process_time()
    while (spent := time.process_time() - start) < seconds:
        for sample in samples:
            function(*sample)
        done += len(samples)
    return done / spent


def score_open(row, text):
    plain = plain_answer(text)
    open_qa_scores(row["answer"], plain.text, quasi_answer(text, plain).text)


def score_instructions(instructions, text):
    follow(text, instructions, Text)


def gold_of(benchmark, row):
    """(text, kind) of a mathematical gold."""
    if benchmark == "math_500":
        return row["solution"], "latex"
    if benchmark == "math_100_japanese":
        return f"$\\boxed{{{row['answer']}}}$", "latex"
    return str(row["answer"]), "expression"


def mathematics(benchmark, how, passes=2):
    """Samples a second of each pass, in this process: ours, or the library with the reference's settings."""
    samples = [(*gold_of(benchmark, row), text) for row, text in vectors(benchmark)]
    if how == "ours":
        from swallow_metrics.metrics.math.compare import Comparator

        def score(gold, kind, text):
            comparator.compare(gold, kind, text, 60)
    else:
        from math_verify import parse, verify
        from math_verify.parser import ExprExtractionConfig, LatexExtractionConfig

        golds = {"latex": [LatexExtractionConfig(boxed_match_priority=55)], "expression": [ExprExtractionConfig()]}
        predictions = [LatexExtractionConfig(boxed_match_priority=0), ExprExtractionConfig()]

        def score(gold, kind, text):
            read = parse(gold, golds[kind], parsing_timeout=5) or [gold]
            verify(read, parse(text, predictions, parsing_timeout=5), precision=5, strict=True, timeout_seconds=5)

    for number in range(passes):
        if how == "ours":
            comparator = Comparator()
        if number == 0:
            score("1", "expression", r"\boxed{1}")  # imports
        start = time.process_time()
        for sample in samples:
            score(*sample)
        yield len(samples) / (time.process_time() - start)


def hostile(size):
    """Texts of about `size` characters that a careless search would take minutes for."""
    pieces = {
        "cue": "answer: ", "回答": "回答:", "box": "\\boxed{", "boxes": "$\\boxed{a}", "bracket": "\\[", "dollar": "$ ",
        "final": "final answer is ", "spaces": " ", "lines": "\n", "digits": "7", "sum": "1+", "number": " 5",
        "U+2028": "\u2028", "NUL": "\0", "surrogate": "\ud800", "think": "<think>", "phrase": "回答は", "frac": "\\frac{",
        "percent": "5%  ", "letters": " A", "copula": "です", "marks": "か\u3099\u0323",
    }  # fmt: skip
    for name, piece in pieces.items():
        yield name, piece * (size // len(piece))
        yield f"{name}, boxed", "\\boxed{" + piece * (size // len(piece)) + "}"


def main():
    one_core()
    print(machine(), flush=True)
    for benchmark, language in CHOICE.items():
        samples = [
            (text, "ABCDEFGHIJ"[: len(row["options"])] if "options" in row else "ABCD")
            for row, text in vectors(benchmark)
        ]
        speed = rate(lambda text, letters, language=language: choice_letter(text, letters, language), samples)
        print(f"{benchmark:20} {speed:9,.0f}/s   reference {REFERENCE['choice']}/s")
    print(f"{'jemhopqa':20} {rate(score_open, vectors('jemhopqa')):9,.0f}/s   reference {REFERENCE['jemhopqa']}/s")
    samples = [
        (prepare(row["instruction_id_list"], row["kwargs"]), text)
        for row, text in vectors("ifbench", "ifbench")
        if "words:start_verb" not in row["instruction_id_list"]  # its data may be absent
    ]
    for sample in samples:
        score_instructions(*sample)  # imports
    print(f"{'ifbench':20} {rate(score_instructions, samples):9,.0f}/s   at least 200/s wanted")

    for benchmark in MATHEMATICS:
        speeds = {}
        for how in ("ours", "library"):
            command = [sys.executable, __file__, "--mathematics", benchmark, how]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            speeds[how] = [float(speed) for speed in output.split()]
        ratios = ", ".join(f"{mine / theirs:.1f}" for mine, theirs in zip(*speeds.values(), strict=True))
        print(
            f"{benchmark:20} {speeds['ours'][0]:9,.0f}/s   library {speeds['library'][0]:,.0f}/s   "
            f"(again: {speeds['ours'][1]:,.0f}/s, {speeds['library'][1]:,.0f}/s; ratios {ratios})"
            f"   reference {REFERENCE.get(benchmark, '-')}/s",
            flush=True,
        )

    size = 100_000
    print(f"\nslowest texts of {size:,} characters, seconds of wall time:")
    scorers = {
        "choice, ja": lambda text: choice_letter(text, "ABCD", "ja"),
        "choice, en": lambda text: choice_letter(text, "ABCDEFGHIJ", "en"),
        "open answer": lambda text: score_open({"answer": "東京タワー"}, text),
        "reasoning": split_reasoning,
    }
    with MathVerifier() as verifier:
        verifier.verify("1", "expression", "1")
        scorers["mathematics"] = lambda text: verifier.verify(r"$\boxed{5}$", "latex", text).outcome
        for name, scorer in scorers.items():
            costs = []
            for kind, text in hostile(size):
                start = time.perf_counter()
                outcome = scorer(text)
                note = f" ({outcome})" if outcome in {"timeout", "memory", "crash"} else ""
                costs.append((time.perf_counter() - start, kind + note))
            print(f"{name:12} " + "; ".join(f"{cost:.2f} {kind}" for cost, kind in sorted(costs, reverse=True)[:4]))


if __name__ == "__main__":
    if "--mathematics" in sys.argv:
        print(*mathematics(*sys.argv[-2:]))
    else:
        main()
