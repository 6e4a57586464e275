"""Whether several endpoints serve the same model."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from swallow_metrics.engines.answer import Failure
from swallow_metrics.engines.endpoint import Endpoint
from swallow_metrics.errors import UsageError
from swallow_metrics.io import loads, text_or_none

if TYPE_CHECKING:
    import aiohttp

LOOK_S = 10.0


async def check_models(session: aiohttp.ClientSession, endpoints: Sequence[Endpoint], model: str) -> None:
    """Compare what endpoints say they serve. Raises UsageError naming one that lacks the model or has another one.

    One that does not answer, or has no list, is left to the requests: it may be up in a minute.
    """
    served = await asyncio.gather(*[_served(session, endpoint) for endpoint in endpoints])
    roots: dict[str, str] = {}
    for endpoint, models in zip(endpoints, served, strict=True):
        if models is None:
            continue
        if model not in models:
            there = ", ".join(map(repr, list(models)[:5])) or "nothing"
            raise UsageError(
                f"--base-url {endpoint.where} serves {endpoint.shown(there)}, not {model!r}; all endpoints of a run "
                f"serve the same model"
            )
        if root := models[model]:
            roots.setdefault(root, endpoint.where)
    if len(roots) > 1:
        (one, there), (other, elsewhere) = list(roots.items())[:2]
        raise UsageError(
            f"--base-url {there} serves {one!r} as {model!r}, and {elsewhere} serves {other!r}; all endpoints of a run "
            f"serve the same model"
        )


async def _served(session: aiohttp.ClientSession, endpoint: Endpoint) -> dict[str, str | None] | None:
    """Model names with the files behind them, as vLLM tells them; None where the endpoint does not say."""
    try:
        async with asyncio.timeout(LOOK_S):
            got = await endpoint.get_models(session)
    except TimeoutError:
        return None
    try:
        entries: Any = None if isinstance(got, Failure) else loads(got)["data"]
        return {entry["id"]: text_or_none(entry.get("root")) for entry in entries} or None
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
