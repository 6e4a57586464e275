"""Prompt templates: one text file per benchmark, ours or the user's, checked before anything is asked."""

from swallow_metrics.prompts.load import Prompt, load_prompt
from swallow_metrics.prompts.template import check_fields, render, variants

__all__ = ["Prompt", "check_fields", "load_prompt", "render", "variants"]
