"""Feed parsers: strict (lxml) for common feeds, lenient (feedparser) for all others, and JSON Feed."""
