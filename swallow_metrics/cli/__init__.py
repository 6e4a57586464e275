"""The console script `swallow`: one thin file per command, in front of a package that works without it."""
