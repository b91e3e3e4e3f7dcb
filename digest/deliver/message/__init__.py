"""Builds an edition's mails: headers, MIME encoding, inline images, DKIM signature."""
