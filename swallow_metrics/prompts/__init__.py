"""Prompt templates: one text file a benchmark, ours or the user's, checked before anything is asked."""

from swallow_metrics.prompts.load import Prompt, load_prompt
from swallow_metrics.prompts.template import check, render, variants

__all__ = ["Prompt", "check", "load_prompt", "render", "variants"]
