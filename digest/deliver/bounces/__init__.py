"""Bounces, complaints and unsubscribe mails: parse one mail, and classify a mail server's failure text.

``parse.py`` recognises a mail; ``classify.py`` decides on a server's words and codes, by ``phrases.py``.
``pipeline/bounces.py`` records the result and suppresses addresses; ``inbound/`` reads the mails from a mailbox.
"""
