"""Parse LaTeX as `latex2sympy2_extended` does (MA-12), many times faster.

Simple texts are read directly. For the others its generated parser predicts with full context, which takes most of
the time and cannot be cached. Prediction without context ("SLL") either builds the same tree or meets a syntax error
(documented in the parser's runtime), so it goes first, with its own tables, and the library's way follows where it
fails.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from swallow_metrics.metrics.math.tokens import NotSimpleError


@lru_cache(maxsize=2000)  # a right answer is mostly written like its gold
def parse_latex(text: str) -> Any:
    """The value of a normalised LaTeX text. Raises whatever the library raises for what it cannot read."""
    from math_verify.grader import should_treat_as_complex

    from swallow_metrics.metrics.math.simple import read

    real = not should_treat_as_complex(text)
    try:
        return read(text, real=real)
    except NotSimpleError:
        return _converter()(is_real=real, convert_degrees=False).parse(text)


@cache
def _converter() -> Any:
    """The library's converter with the faster parser; made on first use, for the imports take a second."""
    from antlr4.dfa.DFA import DFA
    from latex2sympy2_extended.latex2sympy2 import _Latex2Sympy

    simulator, readable = _simulator(), _readable()
    tables: list[Any] = []

    class Converter(_Latex2Sympy):  # type: ignore[misc]  # untyped base
        def create_parser(self, latex_str: str) -> Any:
            parser = super().create_parser(latex_str)
            stream = parser.getTokenStream()
            stream.fill()  # raises at what is no token
            if any(token.type not in readable for token in stream.tokens if not token.channel):
                raise ValueError("there is a token that the grammar has no place for")
            if not tables:
                tables.extend(DFA(start, number) for number, start in enumerate(parser.atn.decisionToState))
            # The runtime offers no other way to exchange it.
            parser._interp = simulator(parser, parser.atn, tables, parser.sharedContextCache)  # noqa: SLF001
            try:
                tree = parser.math()
            except TimeoutError:
                raise
            except Exception:  # noqa: BLE001  # the error listener raises plain exceptions
                return super().create_parser(latex_str)
            return _Parsed(tree)

    return Converter


def _readable() -> frozenset[int]:
    """The tokens that some rule consumes. A formula is read to its end, so any other, such as a last `.`, is an error.

    The grammar has no wildcards: each edge of its network that consumes names its tokens.
    """
    from antlr4.Token import Token
    from latex2sympy2_extended.gen.PSParser import PSParser

    labels = (edge.label for state in PSParser.atn.states for edge in state.transitions)
    return frozenset(kind for label in labels if label for kind in label) | {Token.EOF}


def _simulator() -> Any:
    """Prediction without context, but for the one decision where that mostly fails: what follows a symbol (`x^2`)."""
    from antlr4.atn.ParserATNSimulator import ParserATNSimulator
    from antlr4.atn.PredictionMode import PredictionMode
    from latex2sympy2_extended.gen.PSParser import PSParser

    scripts = {state.decision for state in PSParser.atn.decisionToState if state.ruleIndex == PSParser.RULE_atom_expr}

    class Simulator(ParserATNSimulator):  # type: ignore[misc]  # untyped base
        def adaptivePredict(self, source: Any, decision: int, context: Any) -> int:  # noqa: N802  # the runtime's name
            self.predictionMode = PredictionMode.LL if decision in scripts else PredictionMode.SLL
            choice: int = super().adaptivePredict(source, decision, context)
            return choice

        def closure_(self, config: Any, configs: Any, *rest: Any) -> None:
            # A state that waits for a token has no other way out, and most steps end in one: the general method would
            # look for such ways and find none, unless the end of the text counts as one (the last argument).
            if config.state.epsilonOnlyTransitions or rest[-1]:
                super().closure_(config, configs, *rest)
            else:
                configs.add(config, self.mergeCache)

    return Simulator


class _Parsed:
    """Stands for a parser that has done its work."""

    def __init__(self, tree: Any) -> None:
        self._tree = tree

    def math(self) -> Any:
        return self._tree
