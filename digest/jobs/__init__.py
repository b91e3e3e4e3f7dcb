"""Jobs: the work of ``digest run``, as values made of ids.

    types            Collect, Publish, Deliver, ProcessBounces, ApplyRetention
    context          JobContext: what a job runs with
    due              due_jobs: which are due, read from the store
    perform          perform: the work of each
    runs             run history
    retention        deletion of old rows
    alarm            a mail to the operator about a newsletter without news
    service          due jobs and their work by the current settings
    embedded_engine  where and when jobs run: threads of this process

The store is the truth, not a scheduler's memory: a restart forgets nothing, and several processes may share a store.
An engine only decides where and when a job runs.
"""

from digest.jobs.context import JobContext
from digest.jobs.due import due_jobs
from digest.jobs.perform import perform
from digest.jobs.types import ApplyRetention, Collect, Deliver, Job, Log, ProcessBounces, Publish

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
