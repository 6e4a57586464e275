"""The runs of all shards joined into the run that one process would have made."""
