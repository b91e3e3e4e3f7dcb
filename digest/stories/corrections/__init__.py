"""Compares what an edition quoted with a later text of its article: corrections, and harmless edits. Pure."""
