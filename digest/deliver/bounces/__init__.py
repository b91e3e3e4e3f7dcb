"""Mails that come back → what each says: a bounce, a complaint, a wish to leave.

notice.py    one mail, as bytes → a notice; never an exception, whatever was sent
verdict.py   a mail server's words → is the address dead, the mailbox full, or the mail refused
maildir.py   where such mails lie: in a folder
imap.py      the same, on a server

What is done about a notice is ``heed``'s.
"""
