"""`responses.jsonl`: written as answers arrive, read for `--replay` and `--resume`."""
