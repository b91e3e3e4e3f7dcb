"""``digest dkim keygen``: make a key that signs mails, and print its DNS record."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from digest.cli.arguments import load_settings
from digest.cli.parser import Parser

if TYPE_CHECKING:
    from digest.settings import Settings

_EXAMPLES = """\
examples:
  digest dkim keygen                      for the domain of the newsletters' senders
  digest dkim keygen example.org          without settings; the key goes to dkim.pem
  digest dkim keygen example.org --selector autumn -o /etc/digest/autumn.pem
"""


def configure(parser: Parser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    keygen = parser.add_actions({"keygen": "make a signing key, print its DNS record"})["keygen"]
    keygen.add_argument(
        "domain", nargs="?", metavar="DOMAIN", help="signing domain (default: that of the newsletters' senders)"
    )
    keygen.add_argument(
        "--selector", type=_selector, help="name of the key in the DNS (default: [dkim] selector, 'digest')"
    )
    keygen.add_argument(
        "--type",
        choices=("rsa", "ed25519"),
        default="rsa",
        help="rsa (default), or ed25519: faster, but few receivers can verify it",
    )
    keygen.add_argument(
        "-o", dest="output", metavar="FILE", help="file of the private key (default: [dkim] key_file, dkim.pem)"
    )


def run(args: argparse.Namespace) -> int:
    """Write a new key and print its DNS record. Raises ``UsageError`` if the file exists."""
    from digest.deliver.message import dkim, dns_records
    from digest.model.errors import DigestError, UsageError

    settings = load_settings(args)
    file = _key_file(args, settings).absolute()
    selector = args.selector or settings.dkim.selector
    signer = dkim.DkimSigner(domain=_domain(args, settings), selector=selector, key=dkim.generate_key(args.type))
    try:
        dkim.save_key(signer.key, file)
    except FileExistsError as error:
        hint = "choose another with -o; 'digest check' prints the record of the one in the settings"
        raise UsageError(f"{file} is there already, and is not overwritten", hint=hint) from error
    except OSError as error:
        raise DigestError(f"can't write {file}: {error.strerror}", hint="choose another place with -o") from error
    print(dns_records.dkim_record(signer))
    _print_next_steps(file, settings)
    return 0


def _key_file(args: argparse.Namespace, settings: Settings) -> Path:
    folder = settings.file.absolute().parent if settings.file else Path()
    return Path(args.output).expanduser() if args.output else settings.dkim.key_file or folder / "dkim.pem"


def _domain(args: argparse.Namespace, settings: Settings) -> str:
    from digest.model.errors import UsageError
    from digest.model.mailbox import Mailbox

    if args.domain:
        return Mailbox.at(f"postmaster@{args.domain}").domain
    if settings.dkim.domain:
        return settings.dkim.domain
    senders = {newsletter.sender.domain for newsletter in settings.newsletters if newsletter.sender}
    if len(senders) == 1:
        return senders.pop()
    message = f"several domains: {', '.join(sorted(senders))}" if senders else "no newsletter has a sender"
    hint = "name the domain: 'digest dkim keygen example.org'"
    raise UsageError(message, hint=hint)


def _selector(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*", text):
        raise argparse.ArgumentTypeError(f"expected a name like 'digest' or 'news.2026', found {text!r}")
    return text


def _print_next_steps(file: Path, settings: Settings) -> None:
    print(f"the private key is in {file}: keep it secret, and publish the record above in the DNS", file=sys.stderr)
    if settings.dkim.key_file != file:
        print(f"then set [dkim] key_file = {json.dumps(str(file), ensure_ascii=False)}", file=sys.stderr)
