"""An HTTP service as a mailer: one connection, one request for each message, and what an answer means for the ledger.

A message is started only while the connection is open. So whatever fails before its last byte is sent can't have
arrived, and of a killed process one message at most is in doubt.
"""

import http.client
import ipaddress
import select
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

from digest.model.errors import MailError
from digest.model.protocols import Message, Outbox, SendOutcome, SendResult

#: Bytes of an answer that are read, and seconds that a service may ask to wait before others go first.
_MAX_ANSWER, _MAX_WAIT_S = 65_536, 30.0
#: The service would not take any other message either: its address or our key is wrong.
_NOT_ALLOWED = {401, 403, 404, 405, 407}
_LATER = {408, 425, 429}
#: Behind a gateway that gave up, the service may have taken the message.
_GATEWAY = {502, 504}


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request without its service."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    reason: str
    retry_after: str
    body: bytes


class Service:
    """A service at an https address; http is for this machine alone. No redirects, no proxies."""

    def __init__(self, url: str, timeout_s: float) -> None:
        parts = urlsplit(url)
        self._host, self._port, self._timeout_s = parts.hostname or "", parts.port, timeout_s
        self._is_encrypted = parts.scheme == "https"
        self._connection: http.client.HTTPConnection | None = None
        #: With what follows the host in the address.
        self.path = parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
        if not self._host or not (self._is_encrypted or (parts.scheme == "http" and _is_this_machine(self._host))):
            raise MailError(f"{parts.scheme}://{self._host} is no https address", hint="http is for this machine alone")

    def connect(self) -> None:
        """Open the connection, unless it is open. Raises ``MailError``."""
        if self._connection is not None and not _has_ended(self._connection):
            return
        self.close()
        if self._is_encrypted:
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout_s, context=context)
        else:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        try:
            connection.connect()
        except OSError as error:
            raise MailError(f"can't connect to {self._host}: {error}", temporary=True) from error
        self._connection = connection

    def send(self, message: Message, request: Request) -> tuple[SendResult, Answer | None]:
        """Send the request of a started message; the answer is None if none came."""
        assert self._connection is not None
        try:
            self._connection.request(request.method, request.path, request.body, dict(request.headers))
        except OSError as error:
            self.close()
            return SendResult(message=message, outcome=SendOutcome.INTERRUPTED, reply=str(error)), None
        try:
            response = self._connection.getresponse()
            body = response.read(_MAX_ANSWER)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            reply = f"no answer: {error or type(error).__name__}"
            return SendResult(message=message, outcome=SendOutcome.UNKNOWN, reply=reply), None
        if not response.isclosed():
            self.close()
        answer = Answer(response.status, response.reason, response.getheader("Retry-After", ""), body)
        return result_of(message, answer), answer

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def deliver(outbox: Outbox, service: Service, send: Callable[[Message], SendResult]) -> None:
    """Send the outbox's messages one after the other. Raises ``MailError`` where no other would be taken now."""
    try:
        while not outbox.is_closing:
            if message := outbox.next_message():
                service.connect()
                if message.id in outbox.commit([], [message]):
                    result = send(message)
                    outbox.commit([result], [])
                    _wait(result)
            elif (wait_s := outbox.wait_s) is None:
                break
            else:
                time.sleep(wait_s)
    finally:
        service.close()


def result_of(message: Message, answer: Answer) -> SendResult:
    """What the answer means for the message."""
    status = answer.status
    if 200 <= status < 300:
        outcome = SendOutcome.ACCEPTED
    elif status in _LATER:
        outcome = SendOutcome.DEFERRED
    elif status in _NOT_ALLOWED or status < 400:  # a redirect isn't followed
        outcome = SendOutcome.SENDER_REJECTED
    elif status < 500:
        outcome = SendOutcome.REJECTED
    else:
        outcome = SendOutcome.UNKNOWN if status in _GATEWAY else SendOutcome.DEFERRED
    reply = f"HTTP {status} {answer.reason}".strip()
    retry_after_s = seconds_until(answer.retry_after, datetime.now(UTC)) if status in {429, 503} else None
    return SendResult(message=message, outcome=outcome, reply=reply, code=status, retry_after_s=retry_after_s)


def seconds_until(retry_after: str, now: datetime) -> float | None:
    """The seconds of a Retry-After header: a number or a date (RFC 9110, section 10.2.3)."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


def read_secret(text: str, file: str) -> str:
    """A secret of the options, or of the file that they name."""
    return Path(file).read_text("utf-8").strip() if file else text


def _wait(result: SendResult) -> None:
    """Wait as long as the service asks; leave the other messages for later if that is long, or none would be taken."""
    if result.outcome is SendOutcome.SENDER_REJECTED:
        raise MailError(f"the service takes no message: {result.reply}", temporary=True)
    seconds = result.retry_after_s or 0.0
    if seconds > _MAX_WAIT_S:
        raise MailError(f"the service asks to wait {seconds:.0f} s: {result.reply}", temporary=True)
    time.sleep(seconds)


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _has_ended(connection: http.client.HTTPConnection) -> bool:
    """Whether the service closed the idle connection: it would be readable."""
    return connection.sock is None or bool(select.select([connection.sock], [], [], 0)[0])
