"""What a fetched document is: its kind, charset, dates and front matter."""
