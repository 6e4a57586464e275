"""Evaluate Japanese and English instruction-tuned LLMs with pytest."""
