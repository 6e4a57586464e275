"""What harness and zygote say to each other once the zygote is up: orders, and how a program ended."""

from __future__ import annotations

from struct import Struct

# What to do; then seconds to load the program and seconds for every test.
ORDER = Struct("=cdd")
JUDGE = b"J"  # start a judge on the connection that comes along
RUN = b"R"  # run a program

# Index into HOW, steps begun, seconds, exit code (0 if killed), whether the judge still lives.
ENDED = Struct("=BIdi?")
HOW = ("done", "time", "threads", "disk", "judge")  # it was judged; was killed for one of three reasons; no judge
