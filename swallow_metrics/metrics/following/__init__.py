"""Following instructions: what M-IFEval and IFBench share, from a row's instructions to decisions and metrics."""
