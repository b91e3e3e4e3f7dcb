"""Mails as sources: a newsletter's mail becomes entries. The content of a single mail is pure."""
