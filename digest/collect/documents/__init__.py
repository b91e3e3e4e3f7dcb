"""Documents of any kind: detection of their kind, parsing of dates, and front matter of text files."""
