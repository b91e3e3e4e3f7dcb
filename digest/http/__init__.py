"""The one guarded HTTP client: SSRF protection, robots.txt, limits, decompression."""
