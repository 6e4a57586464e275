"""Samples a second on one core: WMT in both directions and M-IFEval, beside the libraries called sample by sample.

    python tests/perf/bench_language.py [shared folder beside the project, or $SWALLOW_SHARED]

Prints, in processor time: each scorer over the recorded samples, at first (the dictionary grows; loading is separate)
and when warm (no sentence is remembered), the same work left to the plain libraries in the same run with the ratio, and
how long 33 checks and both BLEUs take for 100 KB of what text tools stall on. Ratios are what to compare; the machine's
speed drifts.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from measure import machine
from places import SHARED
from swallow_metrics.extraction.translation import Language, gold, translation
from swallow_metrics.metrics.bleu import LONGEST_NAGISA, _segmented, _tokenizer, bleu_statistics
from swallow_metrics.metrics.following.followed import follow
from swallow_metrics.metrics.ifeval.instructions import TABLE, prepare
from swallow_metrics.metrics.ifeval.text import Text
from swallow_metrics.metrics.ja_words import janome_wakati, nagisa_wakati
from swallow_metrics.reference import REFERENCES

Segmenter = Callable[[str], str]


def read(benchmark: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows and responses."""
    rows, responses = (
        [
            json.loads(line)
            for line in (SHARED / "conformance" / kind / f"{benchmark}.jsonl").read_text().split("\n")
            if line
        ]
        for kind in ("data", "responses")
    )
    return rows, [response["text"] for response in responses]


def timed(work: Callable[[], object]) -> float:
    """Processor seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


def bleu(language: Language, segmenters: Sequence[Segmenter | None]) -> tuple[int, Callable[[], None]]:
    """Number of samples, and the scoring of all of them."""
    rows, responses = read("wmt20_en_ja" if language == "ja" else "wmt20_ja_en")

    def work() -> None:
        for row, response in zip(rows, responses, strict=True):
            span, reference = (
                translation(response, *REFERENCES["202508"].cues[language]) or "",
                gold(row["translation"], language),
            )
            for segmenter in segmenters:
                bleu_statistics(span, reference, segmenter)

    return len(rows), work


def forget() -> None:
    """Sentences that are remembered whole."""
    _segmented.cache_clear()
    _tokenizer().__class__.__call__.cache_clear()


def best(work: Callable[[], object], rounds: int = 5) -> float:
    """Least processor seconds of some rounds, each with nothing remembered of a sentence."""

    def once() -> float:
        forget()
        return timed(work)

    return min(once() for _ in range(rounds))


def plain_segmenters() -> list[Segmenter]:
    import nagisa
    from janome.tokenizer import Tokenizer

    tokenizer = Tokenizer(wakati=True)
    return [lambda text: " ".join(tokenizer.tokenize(text)), lambda text: " ".join(nagisa.wakati(text))]


def show(name: str, count: int, first: float, again: float, plain: float | None = None) -> None:
    ratio = f"{plain / again:5.1f} times the plain libraries" if plain else ""
    print(f"{name:<32} {count / first:6.0f} samples/s at first, {count / again:6.0f} when warm {ratio}")


def stubborn() -> dict[str, str]:
    """100 KB each; no line is repeated in the random ones."""
    draw = random.Random(0)
    pieces = ["あ", "a", "「", "(a", "・\n", "*a\n", "猫", "ア", "夜。", "[", "1. \n", "\u2028", "\ud800", "\0", "　"]
    long = {ascii(piece): piece * (100_000 // len(piece.encode(errors="surrogatepass"))) for piece in pieces}
    long["random kanji"] = "".join(chr(draw.randint(0x4E00, 0x9FA5)) for _ in range(33_000))
    long["random hiragana"] = "".join(chr(draw.randint(0x3041, 0x3096)) for _ in range(33_000))
    long["random ASCII"] = "".join(chr(draw.randint(10, 126)) for _ in range(100_000))
    long["random code points"] = "".join(chr(draw.randint(0, 0x10FFFF)) for _ in range(25_000))
    return long


def arguments(response: str) -> dict[str, Any]:
    """Such that every check has to read everything, in every reading."""
    many = 10**9
    counts = (
        "num_sentences num_paragraphs num_letters num_placeholders num_bullets num_items num_highlights num_sections"
    )
    return dict.fromkeys([*counts.split(), "count", "kanji_limit", "let_frequency"], many) | {
        "keywords": [response[100:140].strip() or "x"],
        "forbidden_words": [response[100:140].strip() or "x"],
        "keyword": response[7:9].strip() or "x",
        "frequency": response.count(response[7:9].strip() or "x"),
        "nth_paragraph": 2,
        **dict.fromkeys("relation let_relation".split(), "以上"),
        **dict.fromkeys("first_word postscript_marker section_spliter prompt_to_repeat end_phrase ending".split(), "x"),
        "letter": "あ",
        "language": "fr",
    }


def main() -> None:
    if not (SHARED / "conformance").is_dir():
        sys.exit(f"needs the recorded samples in {SHARED}/conformance")
    print(machine())
    loading = timed(lambda: (janome_wakati("猫"), nagisa_wakati("猫"), bleu_statistics("a", "a")))
    print(f"loading Janome, nagisa and sacreBLEU took {loading:.1f} s")
    plain = plain_segmenters()

    ours = [janome_wakati, nagisa_wakati]
    for name, language, which in (
        ("wmt20_ja_en", "en", [None]),
        ("wmt20_en_ja, Janome", "ja", [0]),
        ("wmt20_en_ja, nagisa", "ja", [1]),
        ("wmt20_en_ja, both", "ja", [0, 1]),
    ):
        count, work = bleu(language, [None if i is None else ours[i] for i in which])
        forget()
        first = timed(work)
        beside = None if language == "en" else best(bleu(language, [plain[i] for i in which])[1])
        show(name, count, first, best(work), beside)

    rows, responses = read("mifeval_ja")
    prepared = [prepare(row["instruction_id_list"], row["kwargs"]) for row in rows]
    follow(responses[0], prepared[0], Text)

    def work() -> None:
        for response, checks in zip(responses, prepared, strict=True):
            follow(response, checks, Text)

    show("mifeval_ja", len(rows), timed(work), best(work))

    print("seconds for 100 KB of            the slowest check, all 33 one by one, BLEU with Janome, BLEU with nagisa")
    for name, response in stubborn().items():
        checks = prepare(tuple(TABLE), [arguments(response)] * len(TABLE))
        single = [(timed(partial(follow, response, [check])), check.id) for check in checks]
        times = [sum(seconds for seconds, _ in single)]
        times += [
            timed(partial(bleu_statistics, response, "猫がいる。", segmenter, longest))
            for segmenter, longest in zip(ours, (None, LONGEST_NAGISA), strict=True)
        ]
        print(f"{name:<32} {max(single)[0]:5.2f} {max(single)[1][3:]:<40}" + " ".join(f"{t:5.2f}" for t in times))


if __name__ == "__main__":
    main()
