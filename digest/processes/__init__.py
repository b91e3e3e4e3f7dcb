"""Process pool and isolated calls for CPU-bound pure functions."""
