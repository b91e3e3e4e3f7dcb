"""``digest dkim``: a key to sign mails with."""

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
  digest dkim keygen                      for the domain that the settings send from
  digest dkim keygen example.org          without settings; the key goes to dkim.pem
  digest dkim keygen example.org --selector autumn -o /etc/digest/autumn.pem
"""


def configure(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.epilog = _EXAMPLES
    keygen = parser.add_actions({"keygen": "make a signing key, print its DNS record"})["keygen"]
    keygen.add_argument("domain", nargs="?", metavar="DOMAIN", help="who signs (default: whom the settings send from)")
    keygen.add_argument("--selector", type=_selector, help="its name in the DNS (default: [dkim] selector, 'digest')")
    keygen.add_argument(
        "--type",
        choices=("rsa", "ed25519"),
        default="rsa",
        help="rsa (default), or ed25519: faster, but few receivers can check it",
    )
    keygen.add_argument("-o", dest="output", metavar="FILE", help="where it goes (default: [dkim] key_file, dkim.pem)")


def run(args: argparse.Namespace) -> int:
    """Make the key and print its record; no file is ever overwritten. Raises ``UsageError``."""
    from digest.deliver.message import dkim, dns_records
    from digest.model.errors import DigestError, UsageError

    found = load_settings(args)
    file = _file(args, found).absolute()
    signer = dkim.DkimSigner(
        domain=_domain(args, found), selector=args.selector or found.dkim.selector, key=dkim.generate_key(args.type)
    )
    try:
        dkim.save_key(signer.key, file)
    except FileExistsError as error:
        hint = "choose another with -o; 'digest check' prints the record of the one in the settings"
        raise UsageError(f"{file} is there already, and is not overwritten", hint=hint) from error
    except OSError as error:
        raise DigestError(f"can't write {file}: {error.strerror}", hint="choose another place with -o") from error
    print(dns_records.dkim_record(signer))
    _say_what_comes_next(file, found)
    return 0


def _file(args: argparse.Namespace, found: Settings) -> Path:
    beside = found.file.absolute().parent if found.file else Path()
    return Path(args.output).expanduser() if args.output else found.dkim.key_file or beside / "dkim.pem"


def _domain(args: argparse.Namespace, found: Settings) -> str:
    from digest.model.errors import UsageError
    from digest.model.mailbox import Mailbox

    if args.domain:
        return Mailbox.at(f"postmaster@{args.domain}").domain
    if found.dkim.domain:
        return found.dkim.domain
    senders = {newsletter.sender.domain for newsletter in found.newsletters if newsletter.sender}
    if len(senders) == 1:
        return senders.pop()
    hint = "name it: 'digest dkim keygen example.org'"
    raise UsageError("for which domain? " + (", ".join(sorted(senders)) or "no newsletter has a sender"), hint=hint)


def _selector(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*", text):
        raise argparse.ArgumentTypeError(f"expected a name like 'digest' or 'news.2026', found {text!r}")
    return text


def _say_what_comes_next(file: Path, found: Settings) -> None:
    print(f"the private key is in {file}: keep it to yourself, and publish the record above", file=sys.stderr)
    if found.dkim.key_file != file:
        print(f"then set [dkim] key_file = {json.dumps(str(file), ensure_ascii=False)}", file=sys.stderr)
