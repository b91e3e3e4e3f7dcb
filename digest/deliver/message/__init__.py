"""Build a mail: headers, MIME encoding, inline images, DKIM signature."""
