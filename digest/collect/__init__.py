"""Collect entries from sources: feeds, pages and sites on the web; files, folders and feed lists on the disk."""
