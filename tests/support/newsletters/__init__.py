"""Mails of newsletters in layouts of our own, with what a reader should get of them."""
