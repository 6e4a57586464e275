"""The control protocol between harness and forkserver: commands, and the result of each command."""

from __future__ import annotations

from struct import Struct

# One of the two commands below; then seconds to load the program and seconds for each test.
COMMAND = Struct("=cdd")
GRADER = b"J"  # start a grader; its socket is passed along
RUN = b"R"  # run a program

# Index into ENDINGS, tests begun, seconds, exit code (0 if killed), whether the grader is still alive.
RESULT = Struct("=BIdi?")
ENDINGS = ("done", "time", "threads", "disk", "grader")  # graded; killed for one of three reasons; the grader died
