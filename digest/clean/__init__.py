"""Clean entries into articles: canonical address, plain paragraphs, boilerplate removed, language detected."""
