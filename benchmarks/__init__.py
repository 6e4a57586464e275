"""The benchmarks, one pytest module each; the wheel installs this folder as the package `swallow_benchmarks`."""
