"""A check as lines of at most 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from swallow_metrics.io import printable
from swallow_metrics.judge.check.asking import Estimate

_LABEL = 22


def estimate_lines(estimate: Estimate, prices: tuple[float, float] | None) -> list[str]:
    """What a check will ask, before it does."""
    tokens = f"{estimate.prompt_tokens:,} of prompts, {estimate.completion_tokens:,} of replies"
    cost = estimate.cost(prices)
    return [
        _line("requests", f"{estimate.requests:,}, and retries of unreadable verdicts"),
        _line("tokens, about", tokens),
        _line("cost, about", "give --prices FILE or --price" if cost is None else f"{cost:.2f} US dollars"),
    ]


def figure_lines(document: Mapping[str, Any], prices: tuple[float, float] | None) -> list[str]:
    """The figures of a check."""
    found = document["figures"]
    agreement, itself = found["agreement"], found["self_agreement"]
    close = f"{_share(agreement['within_1'])} within 1"
    lines = [
        _line("readable verdicts", _share(found["readable"])),
        _line("  after retries", _share(found["readable_after_retries"])),
        _line("agreement with us", f"alpha {_number(agreement['alpha'])}, {_apart(agreement)}, {close}"),
    ]
    for name, level in {**found["kinds"], **found["languages"]}.items():
        lines.append(_line(f"  {name}", f"ours {_number(level['ours'])}, judge {_number(level['judge'])}"))
    equal = f"{_share(itself['equal'])} of {itself['pairs']:,} pairs equal"
    lines.append(_line("agreement with itself", f"{equal}, {_apart(itself)}"))
    lines.append(_line("second turn", _shift(found["second_turn"])))
    for name, key in (("overlong answers", "length"), ("injected instructions", "injection")):
        lines.append(_line(name, f"{_shift(found[key])}, {_share(found[key]['lifted'])} gain 2 or more"))
    if found["errors"]:
        lines.append(_line("errors", f"{found['errors']:,} of {found['verdicts']:,}: {_first_error(document)}"))
    if cost := _cost(document["verdicts"], prices):
        lines.append(_line("cost", cost))
    return lines


def comparison_lines(document: Mapping[str, Any]) -> list[str]:
    """What has changed since the earlier check; nothing without one."""
    if (found := document.get("compared_with")) is None:
        return []
    lines = [
        _line("since the earlier one", f"{'CHANGED' if found['changed'] else 'no change seen'}: {_shift(found)}"),
        _line("  beyond its own noise", _shift(found["excess"])),
    ]
    if not found["same_prompts"]:
        lines.append(_line("", "the judge prompts are others than those of the earlier check"))
    for moved in found["moved"]:
        where = f"{moved['dialogue']}, answer {moved['answer']} in turn {moved['turn']}"
        lines.append(_line("  moved", f"{where}: {_number(moved['before'])} to {_number(moved['now'])}"))
    return lines


def _line(label: str, text: str) -> str:
    return f"{label:{_LABEL}} {text}".rstrip()


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _apart(found: Mapping[str, Any]) -> str:
    return f"{_number(found['distance'])} points apart"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _shift(found: Mapping[str, Any]) -> str:
    if found["shift"] is None:
        return "-"
    interval = found["ci95"]
    return f"{found['shift']:+.2f} points" + (f" ({interval[0]:+.2f} to {interval[1]:+.2f})" if interval else "")


def _first_error(document: Mapping[str, Any]) -> str:
    return printable(next(row["error"] for row in document["verdicts"] if row["error"]))


def _cost(verdicts: Sequence[Mapping[str, Any]], prices: tuple[float, float] | None) -> str | None:
    """Tokens as the judge counted them; a part of them would be no cost."""
    counted = [[row[f"{kind}_tokens"] for row in verdicts] for kind in ("prompt", "completion")]
    if any(None in tokens for tokens in counted):
        return None
    prompt, completion = map(sum, counted)
    money = f", {(prompt * prices[0] + completion * prices[1]) / 1e6:.2f} US dollars" if prices else ""
    return f"{prompt:,} and {completion:,} tokens{money}"
