"""Bounces, complaints and unsubscribe mails: parse one mail, and classify a mail server's failure text.

``pipeline/bounces.py`` records them and suppresses addresses; ``inbound/`` reads the mails from a mailbox.
"""
