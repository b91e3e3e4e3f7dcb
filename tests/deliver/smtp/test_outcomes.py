"""What an SMTP reply means for a message, by the stage it is for."""

from __future__ import annotations

import pytest

from digest.deliver.smtp.outcomes import Stage, outcome_of
from digest.model.protocols import SendOutcome


@pytest.mark.parametrize(
    ("stage", "code", "outcome"),
    [
        pytest.param(Stage.CONTENT, 250, SendOutcome.ACCEPTED, id="accepted"),
        pytest.param(Stage.CONTENT, 421, SendOutcome.INTERRUPTED, id="the server closes after the content"),
        pytest.param(Stage.RCPT, 421, SendOutcome.INTERRUPTED, id="the server closes after RCPT"),
        pytest.param(Stage.MAIL, 421, SendOutcome.INTERRUPTED, id="the server closes after MAIL"),
        pytest.param(Stage.CONTENT, 451, SendOutcome.DEFERRED, id="temporary, content"),
        pytest.param(Stage.RCPT, 450, SendOutcome.DEFERRED, id="temporary, recipient"),
        pytest.param(Stage.DATA, 451, SendOutcome.DEFERRED, id="temporary, DATA"),
        pytest.param(Stage.RCPT, 550, SendOutcome.REJECTED, id="permanent, recipient"),
        pytest.param(Stage.DATA, 554, SendOutcome.REJECTED, id="permanent, DATA"),
        pytest.param(Stage.CONTENT, 552, SendOutcome.REJECTED, id="permanent, content"),
        pytest.param(Stage.MAIL, 550, SendOutcome.SENDER_REJECTED, id="the sender is rejected"),
        pytest.param(Stage.MAIL, 451, SendOutcome.SENDER_REJECTED, id="the sender is rejected for now"),
        pytest.param(Stage.MAIL, 552, SendOutcome.REJECTED, id="too large"),
        pytest.param(Stage.RCPT, 552, SendOutcome.DEFERRED, id="mailbox full, or too many recipients"),
        pytest.param(Stage.RCPT, 530, SendOutcome.DEFERRED, id="authentication required"),
    ],
)
def test_a_replys_stage_and_code_decide_the_outcome(stage: Stage, code: int, outcome: SendOutcome) -> None:
    assert outcome_of(stage, code) is outcome
