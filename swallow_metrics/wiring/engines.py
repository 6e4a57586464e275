"""From settings to engines: the model under evaluation, the server that workers share, the judges."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swallow_metrics.engines.base import Engine, Served
from swallow_metrics.judge.panel import OPENAI
from swallow_metrics.reference import REFERENCES
from swallow_metrics.settings import Settings, api_key

if TYPE_CHECKING:
    from swallow_metrics.engines.vllm_server import VLLMServer

LOCAL_IN_FLIGHT = 1024  # vLLM in this process schedules by itself; a window only bounds memory

MakeEngine = Callable[[str], Engine | None]  # the project's own engine for a model's name, None for ours


def candidate_engine(
    settings: Settings, make_own: MakeEngine, processes: int, served: Served | None, log: Path | None = None
) -> tuple[Engine, int]:
    """The model under evaluation, not yet opened, and the number of conversations this process keeps open.

    The number is this process's share where several `processes` ask the same endpoint. `log` is where vLLM's output is
    kept when it fails. What can be wrong with the model at first sight is a UsageError.
    """
    assert settings.model is not None
    in_flight = share_of(settings.max_in_flight, processes)
    if (own := make_own(settings.model)) is not None:
        return own, in_flight
    if not settings.base_urls and served is None:
        return local_engine(settings, log), LOCAL_IN_FLIGHT
    from swallow_metrics.engines.openai import OpenAIEngine

    if served is None:
        engine = OpenAIEngine(
            settings.model,
            settings.base_urls,
            api_key(settings.key_env) or "",
            key_env=settings.key_env,
            headers=settings.headers,
            timeout_s=settings.request_timeout_s,
            max_retries=settings.max_retries,
            max_connections=in_flight,
            requests_per_minute=_part(settings.requests_per_minute, processes),
            tokens_per_minute=_part(settings.tokens_per_minute, processes),
            on_long_prompt=settings.on_long_prompt,
            marks_reasoning=REFERENCES[settings.reference].marks_reasoning,
        )
        return engine, in_flight
    in_flight = share_of(LOCAL_IN_FLIGHT, processes)
    engine = OpenAIEngine(
        settings.model,
        served.base_url,
        served.api_key,
        identity=served.identity,
        facts=served.describe,
        extra_body=served.extra_body,
        timeout_s=settings.request_timeout_s,
        max_retries=settings.max_retries,
        max_connections=in_flight,
        on_long_prompt=settings.on_long_prompt,
        ending=Path(served.ending),
    )
    return engine, in_flight


def check_endpoints(settings: Settings) -> None:
    """Open and close our client: several endpoints are compared then. Raises UsageError."""
    engine, _ = candidate_engine(settings, lambda _: None, 1, None)

    async def look() -> None:
        try:
            await engine.open()
        finally:
            await engine.close()

    asyncio.run(look())


def _part(a_minute: float | None, processes: int) -> float | None:
    return None if a_minute is None else a_minute / processes


def share_of(whole: int, processes: int) -> int:
    """One process's share of a bound, rounded up."""
    return -(-whole // processes)


def judge_engine(settings: Settings, make_own: MakeEngine, name: str, in_flight: int, processes: int = 1) -> Engine:
    """A judge, not yet opened. `in_flight` is this process's share already, the rates are not. Raises UsageError."""
    if (own := make_own(name)) is not None:
        return own
    from swallow_metrics.engines.openai import OpenAIEngine

    return OpenAIEngine(
        name,
        settings.judge.base_url or OPENAI,
        api_key(settings.judge.key_env) or "",
        key_env=settings.judge.key_env,
        options="--judge-model and --judge-base-url",
        judge=True,
        headers=settings.judge.headers,
        timeout_s=settings.request_timeout_s,
        max_retries=settings.max_retries,
        max_connections=in_flight,
        requests_per_minute=_part(settings.judge.requests_per_minute, processes),
        tokens_per_minute=_part(settings.judge.tokens_per_minute, processes),
    )


def local_engine(settings: Settings, log: Path | None = None) -> Engine:
    """The model run by vLLM in this process. Raises UsageError when it is not installed or refuses an argument."""
    from swallow_metrics.engines.vllm import VLLMEngine
    from swallow_metrics.engines.vllm_args import check_generation

    check_generation(settings.sampling.extra)
    return VLLMEngine(settings.model or "", **_vllm_settings(settings), log=log, on_long_prompt=settings.on_long_prompt)


def model_server(settings: Settings, log: Path) -> VLLMServer:
    """A child process that serves the model to xdist workers. Raises UsageError, as `local_engine`."""
    from swallow_metrics.engines.vllm_args import check_generation
    from swallow_metrics.engines.vllm_server import VLLMServer

    check_generation(settings.sampling.extra)
    return VLLMServer(settings.model or "", **_vllm_settings(settings), log=log)


def _vllm_settings(settings: Settings) -> dict[str, Any]:
    return {
        "engine_args": settings.engine_args,
        "chat_template": settings.chat_template,
        "use_chat_template": settings.use_chat_template,
        "reasoning_parser": settings.reasoning_parser,
        "lora": settings.lora,
        "verbose": settings.verbose,
    }
