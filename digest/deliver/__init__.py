"""Deliver editions: build messages, send them by SMTP or into a folder, parse and classify bounces."""
