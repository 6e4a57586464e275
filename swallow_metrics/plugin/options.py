"""The option group and its ini twins: declared in every pytest run, so nothing is imported for it."""

from __future__ import annotations

from typing import Any

import pytest

DEFAULT_KEY_ENV = "OPENAI_API_KEY"
JUDGE_RETRIES = 2
DEFAULTS: dict[str, object] = {}  # of every option; `add_options` writes the same content each time


def add_options(parser: pytest.Parser) -> None:
    """Declare every option in one group; `--help` shows them together."""
    group = parser.getgroup("swallow", "evaluation of language models (pytest-swallow)")

    def add(name: str, **declared: Any) -> None:
        group.addoption(name, **declared)
        DEFAULTS[name] = declared.get("default", False if declared.get("action") == "store_true" else None)

    add(
        "--model",
        metavar="NAME_OR_PATH",
        help="Hugging Face id or local folder, run by vLLM in this process; with "
        "--base-url, the model's name there. Without --model and --replay the bundled demo runs.",
    )
    add(
        "--base-url",
        metavar="URL",
        help="OpenAI-compatible endpoint that serves --model, such as http://127.0.0.1:8000/v1",
    )
    add(
        "--api-key-env",
        metavar="NAME",
        default=None,
        help=f"environment variable with the endpoint's key (default {DEFAULT_KEY_ENV})",
    )
    add(
        "--engine-arg",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="engine argument for vLLM, such as tensor_parallel_size=4 (repeat)",
    )
    add("--engine-args", metavar="FILE", help="TOML file of engine arguments for vLLM")
    add("--max-in-flight", metavar="N", type=int, default=None, help="open conversations at an endpoint (default 64)")
    add(
        "--request-timeout",
        metavar="SECONDS",
        type=float,
        default=None,
        help="longest wait for one answer of an endpoint (default 1800)",
    )
    add("--system-prompt", metavar="TEXT", help="system message put before every question")
    add(
        "--temperature",
        metavar="T",
        type=float,
        help="sampling temperature; 0 is greedy (default: the benchmark's recommendation)",
    )
    add("--top-p", metavar="P", type=float, help="nucleus sampling (default: the benchmark's recommendation)")
    add("--max-tokens", metavar="N", type=int, help="longest answer in tokens (default: up to the model's context)")
    add("--seed", metavar="S", type=int, help="sampling seed; repeat r of a question uses S + r")
    add(
        "--repeats",
        metavar="N",
        type=int,
        help="generations a question (default: the benchmark's own, 10 for code, 5 for MT-Bench, else 1)",
    )
    add("--reasoning-effort", metavar="LEVEL", help="passed to endpoints whose models take it (low, medium, high)")
    add("--reasoning-parser", metavar="NAME", help="vLLM's parser that separates reasoning from the answer")
    add("--chat-template", metavar="FILE", help="chat template that replaces the model's own (vLLM)")
    add("--no-chat-template", action="store_true", help="send questions as plain text, for base models (vLLM)")
    add("--prompts", metavar="DIR", help="prompt templates that replace the built-in ones, <benchmark>.txt each")
    add(
        "--data-dir",
        metavar="DIR",
        help="local datasets instead of the hub: DIR/<benchmark>.jsonl or DIR/<benchmark>/<subset>.jsonl",
    )
    add("--data-lock", metavar="FILE", help="TOML file that pins hub datasets to recorded revisions")
    add("--data-lock-update", action="store_true", help="write what was loaded to --data-lock instead of enforcing it")
    add("--limit", metavar="N", type=int, help="at most N questions a benchmark, balanced over its groups")
    add("--limit-seed", metavar="S", type=int, default=0, help="which questions --limit takes (default 0)")
    add(
        "--replay",
        metavar="PATH",
        help="score recorded answers: a journal (responses.jsonl) or a folder of them; no model is loaded",
    )
    add("--run-dir", metavar="DIR", help="where the run writes (default reports/<UTC time>-<model>)")
    add("--resume", action="store_true", help="go on in --run-dir: requests answered there are not asked again")
    add(
        "--judge-model",
        metavar="NAME",
        action="append",
        default=[],
        help="judge of MT-Bench answers (default gpt-4o-2024-08-06; twice for two judges)",
    )
    add("--judge-base-url", metavar="URL", help="OpenAI-compatible endpoint of the judge (default: OpenAI's)")
    add(
        "--judge-api-key-env",
        metavar="NAME",
        default=None,
        help=f"environment variable with the judge's key (default {DEFAULT_KEY_ENV})",
    )
    add("--judge-prompts", metavar="FILE", help="judge prompts in FastChat's judge_prompts.jsonl format")
    add(
        "--judge-retries",
        metavar="N",
        type=int,
        help=f"how often an unreadable verdict is asked for again (default {JUDGE_RETRIES})",
    )
    add(
        "--sandbox",
        choices=["auto", "full", "no-namespaces", "no-landlock", "weak"],
        default="auto",
        help="isolation of model-written programs (default auto: the strongest there is; weak must be asked for)",
    )
    add(
        "--sandbox-helpers",
        choices=["candidate", "prompt"],
        default="candidate",
        help="whose helper functions HumanEval's tests call: the answer's (as the reference) or the prompt's",
    )
    add(
        "--gate",
        metavar="EXPR",
        action="append",
        default=[],
        help="threshold such as swallow_jmmlu.extractive_match>=0.55 (repeat); a missed one ends the run with status 8",
    )
    add("--gates", metavar="FILE", help="TOML file of thresholds")
    for name, kind, text in _INI:
        parser.addini(name, text, type=kind, default=[] if kind == "linelist" else None)  # type: ignore[arg-type]  # a literal


_INI = (
    ("swallow_model", "string", "default of --model"),
    ("swallow_base_url", "string", "default of --base-url"),
    ("swallow_api_key_env", "string", "default of --api-key-env"),
    ("swallow_max_in_flight", "string", "default of --max-in-flight"),
    ("swallow_prompts", "string", "default of --prompts, relative to the ini file's folder"),
    ("swallow_data_dir", "string", "default of --data-dir, relative to the ini file's folder"),
    ("swallow_data_lock", "string", "default of --data-lock, relative to the ini file's folder"),
    ("swallow_judge_model", "string", "default of --judge-model"),
    ("swallow_judge_base_url", "string", "default of --judge-base-url"),
    ("swallow_judge_api_key_env", "string", "default of --judge-api-key-env"),
    (
        "swallow_gates",
        "linelist",
        "thresholds as --gate, one a line; those of benchmarks that are not run are left out",
    ),
)


def is_given(config: pytest.Config) -> bool:
    """Whether the command line has any of the options: only then are they checked without a question to ask."""
    return any(config.getoption(name) != default for name, default in DEFAULTS.items())
