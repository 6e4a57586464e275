"""A failure at an endpoint in the words of the options that cause it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from swallow_metrics.datatypes import Message
from swallow_metrics.engines.answer import FINAL, SHOWN, Failure, message_of, twin
from swallow_metrics.engines.dialect import cure_for, parameter_in, refuses_system, too_long
from swallow_metrics.engines.endpoint import Endpoint
from swallow_metrics.errors import EngineError, EngineRefused, PromptTooLong, SwallowError


@dataclass(frozen=True, slots=True)
class Words:
    """What chose model, key and endpoint, how often a request is sent at most, and whether the model is a judge."""

    model: str
    key_env: str
    options: str
    attempts: int
    judge: bool

    def explained(self, failure: Failure) -> Failure:
        """A refused key or model names the option to correct; other failures stay as they are."""
        if failure.status in (401, 403) and failure.kind == "refused":
            said = f"refuses the key in ${self.key_env} ({_told(failure)}); set ${self.key_env} to a valid key"
            said += f", name another variable with {self._option('api-key-env')}, or send it in a header with "
            said += self._option("header")
        elif failure.status in (404, 405) and failure.kind == "refused":
            said = f"does not know {self.model!r} or has no chat completions ({_told(failure)})"
            said += f"; check {self.options}"
        else:
            return failure
        return replace(failure, said=said)

    def error(
        self, failure: Failure, endpoint: Endpoint, messages: Sequence[Message], body: Mapping[str, Any],
        *, answered: bool,
    ) -> SwallowError:  # fmt: skip
        """What a question gets instead of an answer; it ends the run where every other one would get the same.

        `body` is the request of these `messages`, and `answered` says that the model has answered another one.
        """
        where, said = f"the endpoint {endpoint.where}", endpoint.shown(failure.said)
        told = endpoint.shown(_told(failure))
        if (lengths := too_long(failure)) is not None:
            cure = "choose another --judge-model" if self.judge else "see --on-long-prompt"
            if lengths.prompt and lengths.limit and lengths.prompt < lengths.limit:  # what does not fit is the answer
                lower = f"{self._option('generation')} max_tokens" if self.judge else "--max-tokens"
                cure = f"lower {lower}, or {cure}"
            return PromptTooLong(f"{where} cannot take the question: {lengths} ({told}); {cure}")
        if not answered and refuses_system(failure, messages):
            cure = "choose another --judge-model" if self.judge else "leave --system-prompt out"
            return EngineRefused(f"{where} serves a model that takes no system message ({told}); {cure}")
        if (name := parameter_in(failure, body)) is not None:  # others may be sent without it
            refused = EngineError if answered else EngineRefused
            return refused(f"{where} refuses the parameter {name!r} ({told}); {cure_for(name, self.judge, told)}")
        if failure.kind in FINAL:  # the endpoint answers others
            return EngineError(f"{where} refused this question, and answers others ({told})")
        tried = f"; tried {self.attempts} times" if failure.kind == "passing" else ""
        return EngineError(f"{where} {said}{tried}")

    def _option(self, name: str) -> str:
        return twin(name, judge=self.judge)


def _told(failure: Failure) -> str:
    return f"{failure.status}: {message_of(failure.detail)[:SHOWN]}"
