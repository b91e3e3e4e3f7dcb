"""Mailer of a plugin, in a process that can be ended: it asks for messages and gives results over a pipe.

    python -m digest.processes.mailer_process

The parent owns the outbox. A message that was started gets exactly one result: the plugin's, or, if it ends or is ended
without one, ``UNKNOWN``, since it may have been sent. An ended process sends nothing later.
"""

from __future__ import annotations

import math
import pickle
import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from subprocess import Popen
from threading import Timer
from typing import IO, Any

from digest.model.errors import MailError, PluginError, one_line
from digest.model.newsletters import Options
from digest.model.protocols import Message, Outbox, SendOutcome, SendResult
from digest.model.published_stories import PublishedEdition
from digest.processes.lifeline import end_with_parent
from digest.processes.limited_worker import end_process, start_process
from digest.processes.limits import end_after, limit_memory
from digest.settings.plugins import Plugin

#: Id of the message, outcome, reply, code, and seconds until another try.
_PlainResult = tuple[int, str, str, int | None, float | None]
_MAX_RETRY_AFTER_S = 10_000_000.0
_LENGTH = struct.Struct(">Q")
#: Messages that a mailer may have asked for and not started.
_MAX_UNSTARTED = 1_000
#: The parent ends a mailer at its time-out; if it was killed, the process ends itself so much later.
_ORPHAN_S = 5.0


@dataclass(frozen=True, slots=True)
class IsolatedMailer:
    """Mailer of a plugin. Raises ``MailError`` if it fails, and if it stops before the outbox is empty."""

    plugin: Plugin
    options: Options
    #: Longest time between two requests to the outbox, hence for one message.
    timeout_s: float
    memory_mb: int

    def __call__(self, outbox: Outbox) -> None:
        process = start_process("digest.processes.mailer_process")
        session = _Session(self, outbox, process)
        try:
            session.run()
        finally:
            end_process(process)
            process.communicate()
            session.settle_started()


@dataclass(slots=True)
class _Session:
    """The parent's side: answers the mailer's requests from the outbox."""

    mailer: IsolatedMailer
    outbox: Outbox
    process: Popen[bytes]
    taken: dict[int, Message] = field(default_factory=dict)
    started: dict[int, Message] = field(default_factory=dict)
    has_emptied: bool = False
    wait_s: float = 0.0

    def run(self) -> None:
        """Answer requests until the mailer returns. Raises ``MailError``."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        request: Any = None
        try:
            _send(
                self.process.stdin,
                (self.mailer.plugin, self.mailer.options, self.mailer.memory_mb, self.mailer.timeout_s),
            )
            while (request := self._receive(self.process.stdout)) and request[0] != "end":
                _send(self.process.stdin, self._answer(*request))
        except BrokenPipeError:
            request = None
        if request is None:
            title, timeout_s = self.mailer.plugin.title, self.mailer.timeout_s
            message = f"{title} exited, or was ended after {timeout_s:g} s with one mail"
            raise MailError(message, hint="see [mailer] timeout_s; what isn't sent is tried again", temporary=True)
        if error := request[1]:
            raise MailError(error, hint="what isn't sent stays in the ledger, and is tried again", temporary=True)
        if not (self.has_emptied or self.outbox.is_closing):
            raise MailError(f"{self.mailer.plugin.title} stopped before all mails were sent", temporary=True)

    def _receive(self, pipe: IO[bytes]) -> Any:
        """The next request; None if the process ended, or was ended as none came in time."""
        timer = Timer(self.mailer.timeout_s + self.wait_s, end_process, [self.process])
        timer.daemon = True
        timer.start()
        try:
            return _receive(pipe)
        finally:
            timer.cancel()

    def _answer(self, method: str, *arguments: Any) -> object:
        """The answer, and an error for the mailer."""
        self.wait_s = 0.0
        match method:
            case "next_message" if len(self.taken) >= _MAX_UNSTARTED:
                return None, f"takes more than {_MAX_UNSTARTED} messages without starting them"
            case "next_message":
                message = self.outbox.next_message()
                if message:
                    self.taken[message.id] = message
                self.has_emptied = message is None and self.outbox.wait_s is None
                return message, ""
            case "commit":
                return self._commit(*arguments)
            case "edition":
                return self.outbox.edition, ""
            case "wait_s":
                self.wait_s = self.outbox.wait_s or 0.0
                return self.outbox.wait_s, ""
            case _:
                return self.outbox.is_closing, ""

    def _commit(self, results: Sequence[_PlainResult], starting: Sequence[int]) -> object:
        ids = [id_ for id_, *_ in results]
        if len(set(ids)) < len(ids) or not set(ids) <= self.started.keys():
            return None, "gave a result for a message that it had not started, or two for one"
        if len(set(starting)) < len(starting) or not set(starting) <= self.taken.keys():
            return None, "started a message that it was not given, or one twice"
        plain = [
            SendResult(
                message=self.started[id_],
                outcome=SendOutcome(outcome),
                reply=reply,
                code=code,
                retry_after_s=retry_after_s,
            )
            for id_, outcome, reply, code, retry_after_s in results
        ]
        messages = [self.taken.pop(id_) for id_ in starting]
        sendable = self.outbox.commit(plain, messages)
        for id_ in ids:
            del self.started[id_]
        self.started |= {message.id: message for message in messages if message.id in sendable}
        return sendable, ""

    def settle_started(self) -> None:
        """Record that started messages without a result may have been sent."""
        if self.started:
            reply = f"{self.mailer.plugin.title} gave no result"
            messages, self.started = tuple(self.started.values()), {}
            unknown = [SendResult(message=message, outcome=SendOutcome.UNKNOWN, reply=reply) for message in messages]
            self.outbox.commit(unknown, [])


# --- the plugin's process --------------------------------------------------------------------------------------------


class _RemoteOutbox:
    """The outbox as the plugin sees it; a wrong use raises ``PluginError``."""

    def __init__(self, plugin: Plugin, ask: Callable[..., tuple[Any, str]]) -> None:
        self._plugin = plugin
        self._ask = ask

    def _request(self, method: str, *arguments: object) -> Any:
        answer, error = self._ask(method, *arguments)
        if error:
            raise PluginError(f"{self._plugin.title} {error}")
        return answer

    @property
    def is_closing(self) -> bool:
        return bool(self._request("is_closing"))

    @property
    def wait_s(self) -> float | None:
        return self._request("wait_s")  # type: ignore[no-any-return]  # as the parent's outbox says

    @property
    def edition(self) -> PublishedEdition | None:
        return self._request("edition")  # type: ignore[no-any-return]  # as the parent's outbox says

    def next_message(self) -> Message | None:
        return self._request("next_message")  # type: ignore[no-any-return]  # as the parent's outbox says

    def commit(self, results: Sequence[SendResult], starting: Sequence[Message]) -> frozenset[int]:
        plain = [_plain_result(result, self._plugin) for result in results]
        sendable: frozenset[int] = self._request("commit", plain, [message.id for message in starting])
        return sendable


def _plain_result(result: object, plugin: Plugin) -> _PlainResult:
    if not (isinstance(result, SendResult) and isinstance(result.outcome, SendOutcome)):
        raise PluginError(f"{plugin.title} gave {type(result).__name__}, expected SendResult with a SendOutcome")
    code = int(result.code) if isinstance(result.code, int) else None
    reply = one_line(str.__str__(str(result.reply)))[:1_000]
    return int(result.message.id), result.outcome.value, reply, code, _seconds(result.retry_after_s)


def _seconds(value: object) -> float | None:
    """A time in seconds; None for anything else, or none."""
    is_number = isinstance(value, int | float) and math.isfinite(value) and value > 0
    return min(float(value), _MAX_RETRY_AFTER_S) if is_number else None  # type: ignore[arg-type]  # it is a number


def main() -> None:
    """Run the mailer that the parent names, and tell how it ended."""
    from digest.processes.plugin_worker import run_mailer
    from digest.processes.process_pool import private_pipes

    requests, responses = private_pipes()
    end_with_parent(int(sys.argv[1]))
    plugin, options, memory_mb, timeout_s = _receive(requests)
    limit_memory(memory_mb * 1_000_000)

    def ask(method: str, *arguments: object) -> Any:
        end_after(0)  # never
        _send(responses, (method, *arguments))
        answer = _receive(requests)
        end_after(timeout_s + _ORPHAN_S)
        return answer

    end_after(timeout_s + _ORPHAN_S)

    _send(responses, ("end", run_mailer(plugin, options, _RemoteOutbox(plugin, ask))))


def _send(pipe: IO[bytes], value: object) -> None:
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    """The next value; None at the end of the pipe."""
    head = pipe.read(_LENGTH.size)
    data = pipe.read(*_LENGTH.unpack(head)) if len(head) == _LENGTH.size else b""
    return pickle.loads(data) if data else None  # noqa: S301  # our own process wrote it


if __name__ == "__main__":
    main()
