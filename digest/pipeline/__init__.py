"""Runs the steps against the store: collect, ingest, compose, publish, deliver, bounces, preview."""
