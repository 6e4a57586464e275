"""From settings to working parts: questions, engines, judges, programs. Needs no pytest."""
