"""Plugins that do what they should not, for tests; each is an attribute."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from digest.model.articles import Entry
from digest.model.errors import SourceError
from digest.model.protocols import Candidate, Collected, SendOutcome, SendResult

not_callable = 42


def _raise(*_, **__):
    raise ZeroDivisionError("no stories\x1b[31m today")


def _hang(*_, **__):
    time.sleep(600)


def _spin(*_, **__):
    while True:
        pass


def _hang_in_child(*_, **__):
    subprocess.run([sys.executable, "-c", "import time; time.sleep(600)"])


def _exit(*_, **__):
    os._exit(3)


def _leave(*_, **__):
    sys.exit(0)


def _allocate(*_, **__):
    parts = []
    while True:
        parts.append(bytearray(50_000_000))


def _nothing(*_, **__):
    return None


def _recurse(*_, **__):
    return _recurse()


class _OwnError(Exception):
    def __init__(self, code, detail):  # can't be unpickled
        super().__init__(code)
        self.detail = detail


def _own_error(*_, **__):
    raise _OwnError(7, detail=lambda: None)


FAULTS = {
    "raises": _raise, "hangs": _hang, "spins": _spin, "hangs_in_child": _hang_in_child, "exits": _exit,
    "leaves": _leave, "allocates": _allocate, "nothing": _nothing, "recurses": _recurse, "own_error": _own_error,
}  # fmt: skip
globals().update(FAULTS)


# --- summarizers ------------------------------------------------------------------------------------------------------


def texts(candidates, budget, *, language):
    return [candidate.text for candidate in candidates]


def invents(candidates, budget, *, language):
    return (replace(candidates[0], text="The mayor resigned."),)


def repeats(candidates, budget, *, language):
    return (candidates[0], candidates[0])


def too_many(candidates, budget, *, language):
    return tuple(candidates)


class OwnCandidate(Candidate):
    """Its class exists only in the plugin's process."""


def subclass(candidates, budget, *, language):
    first = candidates[0]
    return [OwnCandidate(text=first.text, article=first.article, position=first.position, paragraph=first.paragraph)]


def prints(candidates, budget, *, language):
    print("noise")  # noqa: T201
    os.write(1, b"more noise")
    subprocess.run(["echo", "noise of a child"])
    sys.stdin.read()
    return candidates[-1:]


# --- rankers ----------------------------------------------------------------------------------------------------------


def backwards(stories, context):
    return list(reversed(stories))


def drops_first(stories, context):
    return stories[1:]


def twice(stories, context):
    return [*stories, stories[0]]


def not_a_number(stories, context):
    return [replace(ranked, score=float("nan")) for ranked in stories]


# --- collectors -------------------------------------------------------------------------------------------------------


def collects_entry(source, state, known_guids, **fields):
    entry = {"source_id": "x", "guid": "1", "url": "", "title": "T", "body": "B", "form": "text", "source": ""}
    seen = __import__("datetime").datetime.now()
    return Collected(source=source, entries=(Entry(**{**entry, "seen": seen, **fields}),))


async def collects_nothing(source, state, known_guids):
    return Collected(source=source, entries=(), title="Empty")


def collects_unknown(source, state, known_guids):
    known = known_guids(["old", "new"])
    return Collected(source=source, entries=(), title=f"{sorted({'old', 'new'} - known)} {state.newest_guids}")


def unreadable(source, state, known_guids):
    raise SourceError("the tide gauge is away")


# --- mailers ----------------------------------------------------------------------------------------------------------


def _send(outbox, folder, after_first):
    """Write each mail's id; after the first one, do something wrong."""
    count = 0
    while not outbox.is_closing and (message := outbox.next_message()):
        if message.id in outbox.commit([], [message]):
            with Path(folder, "sent").open("a") as file:
                file.write(f"{message.recipient}\n")
            count += 1
            if count == 2 and after_first:
                after_first()
            outbox.commit([SendResult(message=message, outcome=SendOutcome.ACCEPTED, reply="written")], [])


def sends(outbox, folder):
    _send(outbox, folder, None)


def sends_then(outbox, folder, fault):
    _send(outbox, folder, FAULTS[fault])


def asks_for_time(outbox, seconds):
    while message := outbox.next_message():
        outbox.commit([], [message])
        reply = outbox.edition.title if outbox.edition else "no edition"
        outbox.commit(
            [SendResult(message=message, outcome=SendOutcome.DEFERRED, reply=reply, retry_after_s=seconds)], []
        )


def result_without_start(outbox):
    message = outbox.next_message()
    outbox.commit([SendResult(message=message, outcome=SendOutcome.ACCEPTED, reply="")], [])


def wrong_result(outbox):
    message = outbox.next_message()
    outbox.commit([], [message])
    outbox.commit(["sent"], [])


def stops_early(outbox):
    outbox.next_message()


def takes_all(outbox):
    while outbox.next_message():
        pass


hangs_as_mailer = partial(_hang)
