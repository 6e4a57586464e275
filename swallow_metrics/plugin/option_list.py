"""The options as `--help` shows them: what newcomers need comes first."""

from __future__ import annotations

from collections.abc import Callable

from swallow_metrics.defaults import JUDGE_RETRIES, KEY_ENV, MAX_ERRORS, MAX_RETRIES, SMALLEST_DIFFERENCE
from swallow_metrics.plugin import base_url


def declare(section: Callable[[str], None], add: Callable[..., None]) -> None:
    """Call `section` with the title of each group of options, then `add` for each of its options."""
    section("what is evaluated")
    add(
        "--model",
        metavar="NAME_OR_PATH",
        help="Hugging Face id or local folder, run by vLLM in this process; with "
        "--base-url, the model's name there. Without --model and --replay the bundled demo runs.",
    )
    add(
        "--base-url",
        dest=base_url.OURS,
        metavar="URL",
        action="append",
        default=[],
        help="OpenAI-compatible endpoint that serves --model, such as http://127.0.0.1:8000/v1 (repeat: several "
        "endpoints of the same model share the questions)",
    )
    add("--limit", metavar="N", type=int, help="at most N questions per benchmark, balanced over its groups")
    add("--limit-seed", metavar="S", type=int, default=0, help="which questions --limit takes (default 0)")
    add(
        "--repeats",
        metavar="N",
        type=int,
        help="generations per question (default: the benchmark's own, 10 for code, 5 for MT-Bench, else 1)",
    )
    add(
        "--replay",
        metavar="PATH",
        help="score recorded answers: a journal (responses.jsonl) or a folder of them; no model is loaded",
    )
    add("--run-dir", metavar="DIR", help="where the run writes (default reports/<UTC time>-<model>)")
    add("--no-html", action="store_true", help="leave report.html out of the run's folder")
    add("--report-lang", choices=["ja", "en"], help="language of report.html (default: the locale's)")
    add("--resume", action="store_true", help="go on in --run-dir: requests answered there are not asked again")
    add(
        "--select",
        metavar="EXPR",
        help="ask only questions with this result in an earlier run: score<1, error, truncated, flipped (--baseline)",
    )
    add("--select-from", metavar="RUN", help="the run that --select looks at (folder or report.json)")
    add(
        "--run-config",
        metavar="FILE",
        help="TOML file of options by their names, and of benchmarks with their settings; `leaderboard` is the public "
        "leaderboard's",
    )
    add("--shard", metavar="K/N", help="ask part K of N of the questions; `swallow merge` joins the parts' runs")
    add(
        "--dry-run",
        action="store_true",
        help="show the first question of each benchmark as it is sent, and what the run takes; nothing is asked",
    )
    section("how answers are drawn")
    add(
        "--temperature",
        metavar="T",
        type=_number_or_none,
        help="sampling temperature; 0 is greedy, none sends no temperature (default: the benchmark's recommendation)",
    )
    add("--top-p", metavar="P", type=float, help="nucleus sampling (default: the benchmark's recommendation)")
    add("--max-tokens", metavar="N", type=int, help="longest answer in tokens (default: up to the model's context)")
    add("--seed", metavar="S", type=int, help="sampling seed; repeat r of a question uses S + r")
    add(
        "--generation",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help='any other setting of a request, such as top_k=20, stop=["###"] or '
        "chat_template_kwargs.enable_thinking=false; VALUE is JSON or text, and KEY= sends none (repeat)",
    )
    add("--system-prompt", metavar="TEXT", help="system message put before every question")
    add("--reasoning-effort", metavar="LEVEL", help="passed to endpoints whose models take it (low, medium, high)")
    add("--reasoning-parser", metavar="NAME", help="vLLM's parser that separates reasoning from the answer")
    add(
        "--reasoning-tags",
        metavar="TAG",
        action="append",
        default=[],
        help="further tags of a reasoning trace to remove, beside <think>: <thinking>, [THINK], or an opening and a "
        "closing tag with a space between; also in replayed answers (repeat)",
    )
    add("--chat-template", metavar="FILE", help="chat template that replaces the model's own (vLLM)")
    add("--no-chat-template", action="store_true", help="send questions as plain text, for base models (vLLM)")
    add(
        "--on-long-prompt",
        choices=["error", "truncate-left", "skip"],
        help="what to do with a question that does not fit into the model's context: count an error (default), ask the "
        "end of its prompt, or skip it",
    )
    section("endpoints")
    add(
        "--api-key-env",
        metavar="NAME",
        default=None,
        help=f"environment variable with the endpoint's key (default {KEY_ENV})",
    )
    add(
        "--header",
        metavar="NAME=VARIABLE",
        action="append",
        default=[],
        help="HTTP header sent to --base-url, with its value from an environment variable (repeat)",
    )
    add("--max-in-flight", metavar="N", type=int, default=None, help="open conversations at an endpoint (default 64)")
    add(
        "--request-timeout",
        metavar="SECONDS",
        type=float,
        default=None,
        help="longest wait for one answer of an endpoint (default 1800)",
    )
    add(
        "--max-retries",
        metavar="N",
        type=int,
        help=f"how often a failed request is sent again, after growing pauses (default {MAX_RETRIES})",
    )
    add("--requests-per-minute", metavar="N", type=float, help="send at most N requests per minute, spread evenly")
    add("--tokens-per-minute", metavar="N", type=float, help="send requests for at most N tokens per minute")
    add(
        "--max-errors",
        metavar="N|SHARE",
        help="stop the run when more than N questions, or more than this share of them (5%%, 0.05), could not be "
        f"measured (default {MAX_ERRORS}%)",
    )
    section("vLLM in this process")
    add(
        "--engine-arg",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="engine argument for vLLM, such as tensor_parallel_size=4 (repeat)",
    )
    add("--engine-args", metavar="FILE", help="TOML file of engine arguments for vLLM")
    add("--lora", metavar="DIR", help="LoRA adapter that the model answers with (vLLM)")
    section("questions and prompts")
    add(
        "--reference",
        metavar="VERSION",
        help="version of swallow-evaluation-instruct whose rules hold: 202604 (default) or 202508",
    )
    add(
        "--livecodebench-release",
        metavar="RELEASE",
        help="release of LiveCodeBench's problems: v6 or v5_v6 (default: that of --reference)",
    )
    add(
        "--data-dir",
        metavar="DIR",
        help="local data instead of the hub: DIR/<benchmark>.jsonl or DIR/<benchmark>/<subset>.jsonl, or .csv, …",
    )
    add("--data-lock", metavar="FILE", help="TOML file that pins hub datasets to recorded revisions")
    add("--data-lock-update", action="store_true", help="write what was loaded to --data-lock instead of enforcing it")
    add("--prompts", metavar="DIR", help="prompt templates that replace the built-in ones, <benchmark>.txt each")
    section("judges")
    add(
        "--judge-model",
        metavar="NAME",
        action="append",
        default=[],
        help="judge of MT-Bench answers (default: that of --reference, gpt-5.2-2025-12-11; twice for two judges)",
    )
    add("--judge-base-url", metavar="URL", help="OpenAI-compatible endpoint of the judge (default: OpenAI's)")
    add(
        "--judge-api-key-env",
        metavar="NAME",
        default=None,
        help=f"environment variable with the judge's key (default {KEY_ENV})",
    )
    add(
        "--judge-generation",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="as --generation, for requests to the judge (repeat)",
    )
    add(
        "--judge-header",
        metavar="NAME=VARIABLE",
        action="append",
        default=[],
        help="as --header, for requests to the judge (repeat)",
    )
    add("--judge-requests-per-minute", metavar="N", type=float, help="as --requests-per-minute, for each judge")
    add("--judge-tokens-per-minute", metavar="N", type=float, help="as --tokens-per-minute, for each judge")
    add("--judge-prompts", metavar="FILE", help="judge prompts in FastChat's judge_prompts.jsonl format")
    add(
        "--judge-retries",
        metavar="N",
        type=int,
        help=f"how often an unreadable verdict is asked for again (default {JUDGE_RETRIES})",
    )
    add(
        "--prices",
        metavar="FILE",
        help="TOML file with a table per model: `prompt` and `completion` prices in US dollars per million tokens",
    )
    section("sandbox for programs")
    add(
        "--sandbox",
        choices=["auto", "full", "no-namespaces", "no-landlock", "weak"],
        default="auto",
        help="isolation of model-written programs (default auto: the strongest level that works; weak only on request)",
    )
    add(
        "--sandbox-helpers",
        choices=["program", "prompt"],
        default="program",
        help="source of the helper functions that HumanEval tests call: the program (as the reference) or the prompt",
    )
    section("thresholds and comparison")
    add(
        "--gate",
        metavar="EXPR",
        action="append",
        default=[],
        help="threshold such as swallow_jmmlu.extractive_match>=0.55 (repeat); a missed one ends the run with status 8",
    )
    add("--gates", metavar="FILE", help="TOML file of thresholds")
    add("--gate-strict", action="store_true", help="also fail a gate whose run is too small to see a change")
    add(
        "--gate-early",
        action="store_true",
        help="ask in a mixed order and stop a benchmark when its gates are decided",
    )
    add("--baseline", metavar="RUN", help="compare with an earlier run (folder or report.json), question by question")
    add(
        "--baseline-allow",
        metavar="FIELD",
        action="append",
        default=[],
        help="what may differ from the baseline, such as sampling.temperature (repeat)",
    )
    add(
        "--smallest-difference",
        metavar="SHARE",
        type=float,
        help=f"the difference that matters, as a share of the metric's scale (default {SMALLEST_DIFFERENCE})",
    )


def _number_or_none(text: str) -> float | str:
    return text if text == "none" else float(text)
