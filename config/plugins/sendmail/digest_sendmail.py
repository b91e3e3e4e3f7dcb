"""Mailer that hands each mail to this machine's ``sendmail`` program, which Postfix, Exim and msmtp bring.

[mailer]
name = "sendmail"
options = { command = "/usr/sbin/sendmail" }
"""

import subprocess
import time

from digest.model.protocols import Message, Outbox, SendOutcome, SendResult

#: Exit codes of <sysexits.h>.
_UNKNOWN_USER, _TEMPORARY_FAILURE = 67, 75


class Sendmail:
    """Sends one message at a time. ``commit`` must return before a message is sent, and again with its result."""

    def __call__(self, outbox: Outbox, command: str = "/usr/sbin/sendmail") -> None:
        while not outbox.is_closing:
            if message := outbox.next_message():
                if message.id in outbox.commit([], [message]):
                    outbox.commit([_send(message, command)], [])
            elif (wait_s := outbox.wait_s) is None:
                break
            else:
                time.sleep(wait_s)


def _send(message: Message, command: str) -> SendResult:
    arguments = [command, "-i", "-f", message.sender, "--", message.recipient]
    lines = message.content.replace(b"\r\n", b"\n")
    try:
        ended = subprocess.run(arguments, input=lines, capture_output=True, check=False)
    except OSError as error:
        reply = f"{command} can't be started: {error.strerror}"
        return SendResult(message=message, outcome=SendOutcome.SENDER_REJECTED, reply=reply)
    reply = (ended.stderr or ended.stdout).decode("utf-8", "replace").strip() or f"exit code {ended.returncode}"
    return SendResult(message=message, outcome=_outcome(ended.returncode), reply=reply)


def _outcome(exit_code: int) -> SendOutcome:
    if exit_code == 0:
        return SendOutcome.ACCEPTED
    if exit_code == _UNKNOWN_USER:
        return SendOutcome.REJECTED
    return SendOutcome.DEFERRED if exit_code == _TEMPORARY_FAILURE else SendOutcome.SENDER_REJECTED
