"""vLLM in this process: one model, loaded once, asked concurrently through its async engine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from swallow_metrics.datatypes import Request, Response, Sampling
from swallow_metrics.engines.dialect import CUTS, TooLong, answer_room, cut_left
from swallow_metrics.engines.vllm_chat import Chat, Reasoning, template_arguments
from swallow_metrics.engines.vllm_model import one_line
from swallow_metrics.engines.vllm_process import EngineProcess
from swallow_metrics.engines.vllm_setup import checked_setup
from swallow_metrics.errors import EngineDown, EngineError, PromptTooLong

if TYPE_CHECKING:
    from vllm import SamplingParams
    from vllm.v1.engine.async_llm import AsyncLLM


class VLLMEngine:
    """A model run by vLLM. Making one checks everything cheap (UsageError); `open` loads the model.

    `engine_args` are vLLM's own. `chat_template` is a file that replaces the model's template; `use_chat_template`
    False sends the messages' plain text, for base models. `lora` is the folder of a LoRA adapter. `log` is where vLLM's
    output is kept when it fails (default: a temporary file); `verbose` shows it on the terminal instead.
    `on_long_prompt` "truncate-left" cuts prompts that do not fit into the context, as `OpenAIEngine` does.

    Sampling: what a request sets counts. What it leaves open is the model's own recommendation (generation_config.json,
    as with `vllm serve`; `generation_config="vllm"` switches it off), listed in `describe()["default_sampling"]`.
    Without `max_tokens` an answer may fill the model's context.
    """

    def __init__(
        self,
        model: str,
        *,
        engine_args: Mapping[str, Any] | None = None,
        chat_template: Path | None = None,
        use_chat_template: bool = True,
        reasoning_parser: str | None = None,
        lora: Path | None = None,
        log: Path | None = None,
        verbose: bool = False,
        on_long_prompt: str = "error",
    ) -> None:
        self._cuts = CUTS if on_long_prompt == "truncate-left" else 0
        self._setup = checked_setup(model, engine_args, chat_template, use_chat_template, reasoning_parser, lora)
        self._process = EngineProcess(self._setup, log, verbose=verbose)
        self._opening = asyncio.Lock()
        self._loaded: _Loaded | None = None
        self._facts: dict[str, Any] = {}
        self._closed = False
        self._numbers = count()
        self.identity = self._setup.identity

    async def open(self) -> None:
        """Load the model, once. Raises UsageError, EngineDown."""
        async with self._opening:
            if self._closed:
                raise EngineDown(f"vLLM with {self._setup.model} was closed")
            if self._loaded is not None:
                return
            llm = await self._process.start()
            setup = self._setup
            tokenizer = llm.get_tokenizer()
            chat = Chat(tokenizer, setup.template, use_template=setup.use_chat_template)
            chat.check(setup.model)
            reasoning = setup.reasoning_parser and Reasoning(setup.reasoning_parser, llm.model_config, tokenizer)
            self._loaded = _Loaded(llm, chat, reasoning or None, setup.lora)
            self._facts = self._loaded.describe()
            self.identity = setup.identity

    async def generate(self, request: Request) -> Response:
        """One answer. Raises EngineError (such as for a prompt longer than the context), EngineDown."""
        if self._loaded is None:
            await self.open()
        loaded = self._loaded
        assert loaded is not None
        prompt, trouble = self._fitting(loaded, request)
        room = loaded.context - len(prompt)
        start = perf_counter()
        output = await self._ask(loaded, prompt, loaded.parameters(request.sampling, room))
        latency_s = round(perf_counter() - start, 6)
        text, reasoning = output.text, None
        if loaded.reasoning is not None:
            template = template_arguments(request.sampling)
            text, reasoning = loaded.reasoning.split(text, prompt, output.token_ids, template)
        return Response(
            text=text,
            reasoning=reasoning,
            finish_reason=output.finish_reason,
            prompt_tokens=len(prompt),
            completion_tokens=len(output.token_ids),
            latency_s=latency_s,
            choices=request.choices,
            trouble=trouble,
        )

    def _fitting(self, loaded: _Loaded, request: Request) -> tuple[list[int], tuple[str, ...]]:
        """The prompt, cut where that is wanted, and whether it was. Raises PromptTooLong."""
        prompt, asked = loaded.chat.tokens(request), request
        for _ in range(self._cuts):
            if len(prompt) < loaded.context:
                break
            room = answer_room(request.sampling, loaded.context)
            if (shorter := cut_left(asked.messages, TooLong(len(prompt), loaded.context), room)) is None:
                break
            asked = replace(asked, messages=tuple(shorter))
            prompt = loaded.chat.tokens(asked)
        if len(prompt) >= loaded.context:
            raise PromptTooLong(
                f"the prompt of {request.benchmark} sample {request.sample!r} has {len(prompt)} tokens, but the "
                f"model's context holds {loaded.context}, the answer included; see --engine-arg max_model_len and "
                f"--on-long-prompt"
            )
        return prompt, () if asked is request else ("prompt_cut",)

    async def _ask(self, loaded: _Loaded, prompt: list[int], parameters: SamplingParams) -> Any:
        """Ask vLLM for one completion, its exceptions translated."""
        from vllm.v1.engine.exceptions import EngineDeadError

        # "type" says that the prompt is ready: vLLM then passes it on without a detour over a thread.
        ready: Any = {"type": "token", "prompt_token_ids": prompt}
        answer = None
        try:
            async for part in loaded.llm.generate(
                ready, parameters, f"swallow-{next(self._numbers)}", lora_request=loaded.lora
            ):
                answer = part
        except EngineDeadError as error:
            raise EngineDown(
                f"vLLM's engine died: {self._process.cause() or one_line(error)}; go on with --resume"
            ) from error
        except Exception as error:
            cause = error.__cause__ or error
            raise EngineError(f"vLLM gave no answer ({type(cause).__name__}: {one_line(cause)})") from error
        output = answer.outputs[0] if answer is not None else None
        if output is None or output.finish_reason in (None, "abort", "error"):
            how = "without an answer" if output is None else f"with finish reason {output.finish_reason!r}"
            raise EngineError(f"vLLM ended the request {how}")
        return output

    def describe(self) -> dict[str, Any]:
        """Engine, versions, model with its version, settings; complete once the model is loaded."""
        return {"engine": "vllm", **self._setup.describe(), **self._facts}

    async def close(self) -> None:
        """End vLLM and its processes; a few seconds. `describe` keeps what was known."""
        self._closed = True
        self._loaded = None  # the last reference: vLLM's engine must not live until the interpreter ends
        await self._process.stop()


class _Loaded:
    """What exists only once the model is there."""

    def __init__(self, llm: AsyncLLM, chat: Chat, reasoning: Reasoning | None, lora: Path | None) -> None:
        from vllm.lora.request import LoRARequest
        from vllm.sampling_params import RequestOutputKind, SamplingParams

        self.llm = llm
        self.chat = chat
        self.reasoning = reasoning
        self.lora = None if lora is None else LoRARequest("adapter", 1, str(lora))
        self.context: int = llm.model_config.max_model_len
        self.defaults: dict[str, Any] = llm.model_config.get_diff_sampling_param()
        self._parameters = SamplingParams
        self._fixed: dict[str, Any] = {"output_kind": RequestOutputKind.FINAL_ONLY}
        if reasoning is not None:
            self._fixed["skip_special_tokens"] = reasoning.skip_special_tokens

    def parameters(self, sampling: Sampling, room: int) -> SamplingParams:
        """A request's sampling over the model's defaults; `room` tokens are left in the context."""
        chosen = self.defaults | sampling.to_json()
        for name in ("reasoning_effort", "chat_template_kwargs", "stream"):  # the chat template's business, and ours
            chosen.pop(name, None)
        chosen["max_tokens"] = min(chosen.get("max_tokens") or room, room)
        return self._parameters(**{**self._fixed, **chosen})

    def describe(self) -> dict[str, Any]:
        """Facts of the running model."""
        import torch
        import vllm

        return {
            "version": vllm.__version__,
            "torch": str(torch.__version__),
            "dtype": str(self.llm.model_config.dtype).removeprefix("torch."),
            "max_model_len": self.context,
            "default_sampling": self.defaults,
        }
