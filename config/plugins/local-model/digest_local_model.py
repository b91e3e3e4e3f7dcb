"""Summarizer that asks a model server on this machine, by OpenAI's ``/v1/chat/completions``: llama.cpp, Ollama …

    [[newsletters]]
    summarizer = "local-model"
    summarizer_options = { url = "http://127.0.0.1:11434/v1", model = "qwen3:4b" }

The model gets numbered sentences and answers with sentences. Each of them must stand, word for word, among those of the
story; otherwise the answer is refused, and the newsletter uses the default summarizer. So a model may choose badly, but
never invent. No key is sent, and another machine is asked only with ``allow_remote = true``.
"""

import http.client
import ipaddress
import json
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from digest.model.protocols import Budget, Candidate

_PROMPT = (
    "Choose the {count} that tell the news best from the sentences below, in their order. Copy each exactly, character "
    'by character, and change nothing. Answer with JSON alone: {{"sentences": ["…"]}}\n\n{sentences}'
)
#: Sentences offered to the model, and bytes of its answer that are read, at most.
_MAX_SENTENCES, _MAX_BYTES = 60, 1_000_000


class Refused(Exception):
    """The answer can't be used."""


def summarize(  # the last four are options of the settings
    candidates: Sequence[Candidate],
    budget: Budget,
    *,
    language: str,
    url: str = "http://127.0.0.1:11434/v1",
    model: str = "default",
    timeout_s: float = 25.0,
    allow_remote: bool = False,
) -> tuple[Candidate, ...]:
    offered = candidates[:_MAX_SENTENCES]
    count = f"{budget.sentences} sentences" if budget.words is None else f"sentences of {budget.words} words in all"
    prompt = _PROMPT.format(count=count, sentences="\n".join(candidate.text for candidate in offered))
    request = {"model": model, "messages": [{"role": "user", "content": prompt}], "temperature": 0, "stream": False}
    return _verbatim(_sentences(_ask(_checked(url, allow_remote=allow_remote), request, timeout_s)), offered)


def _checked(url: str, *, allow_remote: bool) -> SplitResult:
    """The address, which must be this machine's: articles go nowhere else unasked."""
    parts = urlsplit(url)
    try:
        is_local = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        is_local = parts.hostname == "localhost"
    if parts.scheme not in {"http", "https"} or not parts.hostname or not (is_local or allow_remote):
        raise Refused(f"{parts.hostname!r} is not this machine: set allow_remote = true to send articles there")
    return parts


def _ask(url: SplitResult, request: object, timeout_s: float) -> object:
    """The server's answer; redirects are not followed, and no proxy is used."""
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=timeout_s)
    try:
        body = json.dumps(request).encode()
        connection.request("POST", f"{url.path}/chat/completions", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        data = response.read(_MAX_BYTES)
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise Refused(f"the model server answered {response.status} {response.reason}")
    return json.loads(data)


def _sentences(answer: object) -> list[str]:
    """The sentences in the answer: JSON, maybe in a code fence or after the model's thoughts."""
    try:
        text = answer["choices"][0]["message"]["content"]  # type: ignore[index]  # anything else raises
        text = text.rpartition("</think>")[2]
        sentences = json.loads(text[text.index("{") : text.rindex("}") + 1])["sentences"]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise Refused(f"the model's answer is no list of sentences: {error!r}") from error
    if not isinstance(sentences, list) or not sentences or not all(isinstance(text, str) for text in sentences):
        raise Refused("the model's answer is no list of sentences")
    return sentences


def _verbatim(sentences: list[str], offered: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates with exactly these texts, in reading order."""
    by_text = {candidate.text: candidate for candidate in offered}
    for text in sentences:
        if text.strip() not in by_text:
            raise Refused(f"no article has this sentence of the model: {text[:80]!r}")
    chosen = {text.strip() for text in sentences}
    return tuple(candidate for candidate in offered if candidate.text in chosen)
