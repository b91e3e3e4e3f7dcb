"""Source discovery: from a pasted address, a site, an OPML list or a sitemap to what can be collected."""
