"""Jobs: the work of ``digest run``, as values made of ids.

    types            Collect, Publish, Deliver, ProcessBounces, WatchCorrections, ApplyRetention
    context          JobContext: what a job runs with
    due              due_jobs: which are due, read from the store
    perform          perform: the work of each
    runs             run history
    retention        deletion of old rows
    alarm            a mail to the operator about a newsletter without news
    service          due jobs and their work by the current settings
    embedded_engine  where and when jobs run: threads of this process
    procrastinate_engine, distributed  or workers on any number of machines, by a queue in PostgreSQL
    parts            shares of a collection and of an edition's mails for several workers

The store is the truth, not a scheduler's memory: a restart forgets nothing, and several processes may share a store.
An engine only decides where and when a job runs.

Nothing is imported here: pages need the types and the problems, and not the work with its libraries.
"""
