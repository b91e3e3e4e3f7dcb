"""Newsletter digests: collect, clean, group, rank, summarize, render, deliver."""

__version__ = "0.1.0"
