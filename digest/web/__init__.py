"""Subscribers' pages, served by ``digest serve`` and ``digest run`` (aiohttp.web).

server.py      listens, and hands each request to a page in a thread
security.py    Host check, response headers, body limits
page_cache.py  pages that are the same for everybody, kept in memory; public.py gives them validators
responses.py   aiohttp's responses, with all their headers
pages.py       what a page gets and returns; one module for each page besides
"""
