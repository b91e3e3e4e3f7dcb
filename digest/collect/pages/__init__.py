"""HTML pages: metadata, article extraction, and the check whether a feed's text is a teaser."""
