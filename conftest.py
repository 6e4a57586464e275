"""Makes a bare checkout work: loads the plugin when the package is not installed, and nothing else."""

pytest_plugins = ["swallow_metrics.plugin"]
