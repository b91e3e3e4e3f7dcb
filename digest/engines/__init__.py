"""Engines: where and when jobs are done. What is due, and how it is done, is ``jobs``'s to say.

embedded.py   one process: APScheduler's tick and a pool of threads
"""
