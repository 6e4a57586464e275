"""What runs inside the sandbox's own processes: standard library only, loaded by a clean interpreter."""
