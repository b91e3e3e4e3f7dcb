"""Fields of a posted form, within limits; files are read past, and nothing is written to the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from digest.web.security import MAX_BODY

#: How long a client may take to send a form.
_BODY_S = 15
_MAX_FIELDS = 200


async def read_form(request: web.Request) -> Mapping[str, list[str]]:
    """The fields of a form; none for a body of another kind. Raises ``HTTPException``."""
    is_multipart = request.content_type == "multipart/form-data"
    try:
        async with asyncio.timeout(_BODY_S):
            pairs = await (_multipart_fields(request) if is_multipart else _fields(request))
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    except (ValueError, LookupError, HttpProcessingError) as error:  # a malformed multipart body, an unknown charset
        raise web.HTTPBadRequest from error
    if len(pairs) > _MAX_FIELDS:
        raise web.HTTPBadRequest
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


async def _fields(request: web.Request) -> list[tuple[str, str]]:
    posted = await request.post()
    return [(name, value) for name, value in posted.items() if isinstance(value, str)]


async def _multipart_fields(request: web.Request) -> list[tuple[str, str]]:
    """The parts that are texts. ``request.post`` would put files into temporary ones, and leave them open."""
    length = request.content_length
    if length is None:  # browsers send it; without it nothing bounds the parts' headers
        raise web.HTTPLengthRequired
    if length > MAX_BODY:
        raise web.HTTPRequestEntityTooLarge(max_size=MAX_BODY, actual_size=length)
    pairs: list[tuple[str, str]] = []
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader):
            raise web.HTTPBadRequest
        content = bytes(await part.read())
        if part.name and part.filename is None:
            pairs.append((part.name, content.decode(part.get_charset("utf-8"), "replace")))
    return pairs
