"""What the program does by itself, in jobs made of ids. ``look`` says which are due, ``perform`` does one.

    job         Collect, Publish, Deliver, Heed, Sweep
    due         look: which are due
    work        perform: what each does
    sweep       what is too old to keep
    history     what was begun, and how it ended

What is due comes out of the store each time, never out of a scheduler's memory: a restart forgets nothing, and of two
processes on one store each may look. An engine only decides where and when a job is done.
"""

from digest.jobs.due import due_jobs
from digest.jobs.perform import perform
from digest.jobs.types import ApplyRetention, Collect, Deliver, Job, JobContext, Log, ProcessBounces, Publish

__all__ = [
    "ApplyRetention",
    "Collect",
    "Deliver",
    "Job",
    "JobContext",
    "Log",
    "ProcessBounces",
    "Publish",
    "due_jobs",
    "perform",
]
