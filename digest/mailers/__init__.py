"""Edition → mail: what a mail server is given.

message.py   a letterhead and an edition → one mail for each recipient
mime.py      the two parts as bytes, with gaps for what differs between recipients
headers.py   lines that fold, and the proof that nothing was smuggled into them
words.py     text from outside as a header can hold it (RFC 2047)
address.py   mailboxes (RFC 5322, 5321, 6531; international domains)
"""
