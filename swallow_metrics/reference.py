"""What differs between the two versions of the reference, swallow-evaluation-instruct: the table behind `--reference`.

Everything that is not in it is the same in both. Nothing heavy is imported for it: help texts and benchmarks read it.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

Version = Literal["202508", "202604"]
DEFAULT: Version = "202604"
BEFORE_VERSIONS: Version = "202508"
"""The version of runs that were made before reports named one."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One version.

    * `cues` start a translation, by language; the first that occurs decides (TR-1, WM-1, WM-2). A span is cut to
      `longest_span` times the code points of its reference translation, None for no cut (WM-5).
    * `judge` is the default judge of MT-Bench, `judge_settings` what its requests have beyond temperature 0 and 4,096
      tokens (JU-8, JU2-1).
    * `own_temperatures`: MT-Bench's temperatures by category hold even where the user gives one (JU-3, JU2-4).
    * `marks_reasoning`: a reasoning text that is scored because `content` is null is marked (GE-1).
    * `livecodebench` is the release (LC-1). `repeats` are default numbers of generations beside the benchmarks' own
      (LB-3), with the sampling recommended for them (GE-6).
    """

    version: Version
    cues: Mapping[str, tuple[str, ...]]
    longest_span: int | None
    judge: str
    judge_settings: Mapping[str, Any]
    own_temperatures: bool
    marks_reasoning: bool
    livecodebench: str
    repeats: Mapping[str, int] = field(default_factory=dict)
    repeats_sampling: Mapping[str, Any] = field(default_factory=dict)


REFERENCES: Mapping[str, Reference] = {
    "202508": Reference(
        version="202508",
        cues={"ja": ("日本語:",), "en": ("English:",)},
        longest_span=None,
        judge="gpt-4o-2024-08-06",
        judge_settings={},
        own_temperatures=True,
        marks_reasoning=False,
        livecodebench="v5_v6",
    ),
    "202604": Reference(
        version="202604",
        cues={
            "ja": ("日本語:", "日本語：", "`日本語:", "```日本語:", "**日本語:", "翻訳文:", "訳文：", "和訳："),
            "en": ("English:", "English：", "`English:", "```English:", "**English:"),
        },
        longest_span=3,
        judge="gpt-5.2-2025-12-11",
        judge_settings={"reasoning_effort": "none"},
        own_temperatures=False,
        marks_reasoning=True,
        livecodebench="v6",
        repeats={"gpqa_diamond": 4, "aime": 4},
        repeats_sampling={"temperature": 0.6, "top_p": 0.95},
    ),
}
RELEASES = ("v6", "v5_v6")
"""LiveCodeBench's releases that either version was published with."""

COMPARED_WITHIN_A_VERSION = ("wmt20_en_ja", "wmt20_ja_en", "japanese_mt_bench", "english_mt_bench", "livecodebench")
"""Benchmarks whose scores under different versions measure different things."""


class Recorded(NamedTuple):
    """What a run's folder was made with; None for what it does not say."""

    version: str | None = None
    release: str | None = None  # of LiveCodeBench


def recorded(path: Path) -> Recorded:
    """Of the report in a run's folder, or of its run file where the run has not ended. A bare journal says nothing."""
    report, settings = path / "report.json", path / "run.toml"
    if report.is_file():
        return _reported(report)
    if not settings.is_file():
        return Recorded()
    import tomllib

    try:
        table = tomllib.loads(settings.read_text("utf-8"))
    except (OSError, ValueError):
        return Recorded()
    version = _known(table.get("reference"), REFERENCES)
    release = _known(table.get("livecodebench_release"), RELEASES)
    if release is None and version is not None and "livecodebench" in (table.get("benchmarks") or ()):
        release = REFERENCES[version].livecodebench
    return Recorded(version, release)


def _known(value: object, known: Container[str]) -> str | None:
    return value if isinstance(value, str) and value in known else None


def _reported(report: Path) -> Recorded:
    import msgspec

    parts = dict[str, msgspec.Raw]  # nothing else of a large report is parsed

    def part(data: bytes | msgspec.Raw, *keys: str) -> Any:
        """What stands below the keys, None where nothing does."""
        for key in keys:
            found = msgspec.json.decode(data, type=parts).get(key)
            if found is None:
                return None
            data = found
        return msgspec.json.decode(data)

    try:
        whole = report.read_bytes()
        swallow = msgspec.json.decode(whole, type=parts).get("swallow")
        version = None if swallow is None else part(swallow, "reference")
        release = None if swallow is None else part(swallow, "benchmarks", "livecodebench", "release")
    except (OSError, ValueError):
        return Recorded()  # whoever reads the whole report says what is wrong with it
    if swallow is None:
        return Recorded()
    return Recorded(_known(version, REFERENCES) or BEFORE_VERSIONS, _known(release, RELEASES))
