"""Mails that come in: read from an IMAP mailbox or a Maildir."""

#: Bytes of a mail that are read; what a mail means stands in its beginning.
LARGEST = 256_000
