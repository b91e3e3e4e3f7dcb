"""What an SMTP reply means for a message: from stage and reply code to the mailer's outcome. Pure."""

from __future__ import annotations

import enum

from digest.model.protocols import SendOutcome


class Stage(enum.IntEnum):
    """The command of the mail transaction that a reply is for (RFC 5321, section 3.3)."""

    MAIL = 1
    RCPT = 2
    DATA = 3
    #: The whole content was sent; only the server's reply tells whether the message was accepted.
    CONTENT = 4


#: The server closes the connection (RFC 5321, section 3.8).
CLOSING_CODE = 421
#: The message is too large or the mailbox full; authentication is required (RFC 4954, section 6).
_TOO_LARGE, _AUTH_REQUIRED = 552, 530


def outcome_of(stage: Stage, code: int) -> SendOutcome:
    """The outcome for a message whose last reply had this code; see ``connection_lost`` for those without a reply."""
    if stage is Stage.CONTENT and 200 <= code < 300:
        return SendOutcome.ACCEPTED
    if code == CLOSING_CODE:
        return SendOutcome.INTERRUPTED
    if stage is Stage.MAIL:  # a size is the message's fault, everything else the sender's
        return SendOutcome.REJECTED if code == _TOO_LARGE else SendOutcome.SENDER_REJECTED
    return SendOutcome.REJECTED if _is_permanent(stage, code) else SendOutcome.DEFERRED


def _is_permanent(stage: Stage, code: int) -> bool:
    if not 500 <= code < 600 or code == _AUTH_REQUIRED:
        return False
    # Some servers answer RCPT with 552 for "too many recipients": RFC 5321, section 4.5.3.1.10.
    return not (stage is Stage.RCPT and code == _TOO_LARGE)
