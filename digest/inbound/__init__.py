"""Inbound mail: read new messages from an IMAP mailbox or a Maildir."""

#: At most this many bytes of a mail are read; bounces and commands are recognised by its beginning.
MAX_MAIL_BYTES = 256_000
