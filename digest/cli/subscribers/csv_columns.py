"""Columns of subscribers' files: which hold the address, the name, preferences, and who gets no mail.

Names are compared by their letters and digits: "E-Mail" is ``email``, and "E-mail 2" is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from digest.cli.subscribers.contact_status import Exclusion, StatusColumn, status_column
from digest.cli.subscribers.formulas import restore_formulas
from digest.model.errors import UsageError
from digest.text.mail_header import clean_header


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Positions of a file's columns; a column without a name is not read."""

    count: int
    email: int
    names: tuple[int, ...] = ()
    #: First, middle and last names make the name where it has no column, or is empty.
    first_names: tuple[int, ...] = ()
    last_names: tuple[int, ...] = ()
    preferences: Mapping[int, str] = field(default_factory=dict)
    statuses: Mapping[int, StatusColumn] = field(default_factory=dict)
    #: The names of the columns in ``statuses``, as the file spells them.
    status_names: Mapping[int, str] = field(default_factory=dict)

    def name(self, cells: Mapping[int, str]) -> str:
        """The name in a record's cells, by position; empty if there is none."""
        full = next((cells[number] for number in self.names if cells.get(number)), "")
        first = " ".join(cells[number] for number in self.first_names if cells.get(number))
        last = " ".join(cells[number] for number in self.last_names if cells.get(number))
        if full and (self.last_names or first in full):
            return full
        return " ".join(filter(None, (first, full or last)))  # "Vorname;Name": the name is the last name

    def exclusion(self, cells: Mapping[int, str]) -> tuple[int, Exclusion] | None:
        """The first column that says that the address gets no mail, and why; None if no column does."""
        for number, column in self.statuses.items():
            if exclusion := column.judge(cells.get(number, "")):
                return number, exclusion
        return None


#: A file of addresses alone.
ADDRESSES_ALONE = Columns(count=1, email=0)


def parse_header(header: Sequence[str], *, line: int) -> Columns:
    """Find the columns by their names. Raises ``UsageError`` unless each has a name of its own."""
    names = [clean_header(restore_formulas(name.strip())) for name in header]
    keys = [re.sub(r"[\W_]", "", name.casefold()) for name in names]
    email = _find_email(names, keys, line=line)
    statuses = {number: column for number, name in enumerate(names) if (column := status_column(name))}
    by_kind = {kind: tuple(n for n, key in enumerate(keys) if key in keys_) for kind, keys_ in _NAMES.items()}
    used = {email, *(number for numbers in by_kind.values() for number in numbers)}
    preferences = {n: name.casefold() for n, name in enumerate(names) if name and n not in used}
    _refuse_doubled(list(preferences.values()), line=line)
    return Columns(
        count=len(header),
        email=email,
        names=by_kind["name"],
        first_names=by_kind["first"],
        last_names=by_kind["last"],
        preferences=preferences,
        statuses=statuses,
        status_names={number: names[number] for number in statuses},
    )


def _find_email(names: Sequence[str], keys: Sequence[str], *, line: int) -> int:
    candidates = [number for number, key in enumerate(keys) if key in _EMAIL]
    if not candidates:
        candidates = [number for number, key in enumerate(keys) if key in _FIRST_OF_SEVERAL_EMAILS][:1]
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        columns = ", ".join(repr(clean_header(names[number], 30)) for number in candidates)
        hint = "rename all but one of them, so that only the address to mail to is called 'email'"
        raise UsageError(f"line {line}: more than one column may be the address: {columns}", hint=hint)
    columns = ", ".join(repr(clean_header(name, 30)) for name in names[:10]) or "nothing"
    hint = "the first line names the columns, each once: email,name"
    if names and names[0].startswith("PK"):
        hint = "this is a spreadsheet's own format: save it as CSV"
    raise UsageError(f"one column must be called 'email'; the first line has {columns}", hint=hint)


def _refuse_doubled(names: Sequence[str], *, line: int) -> None:
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        message = f"line {line}: {names.count(doubled)} columns are called {clean_header(doubled, 30)!r}"
        raise UsageError(message, hint="rename or delete all but one of them")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EMAIL = _words(
    "email emailaddress mail mailaddress emails primaryemail subscriberemail useremailaddress useremail contactemail"
    " emailadresse mailadresse adresseemail adresseemailprincipale adressemail courriel correo correoelectronico"
    " correoelectrónico indirizzoemail indirizzomail emailadres enderecodeemail endereçodeemail adresemail epost"
    " epostadress epostadresse sähköposti email地址 電子郵件 电子邮件 邮箱 メールアドレス メール 이메일"
    " электроннаяпочта почта адресэлектроннойпочты"
)
#: Of address books, which number the addresses of a contact; and of MailerLite, whose column is "Subscriber".
_FIRST_OF_SEVERAL_EMAILS = _words("email1value email1address email1 emailaddress1 subscriber")
_NAMES = {
    "name": _words(
        "name fullname displayname subscribername contactname naam nomcomplet vollständigername"
        " nombrecompleto nomecompleto imięinazwisko namn navn nimi 名前 氏名 姓名 имя 이름"
    ),
    "first": _words(
        "firstname first fname givenname forename middlename additionalname vorname prénom prenom nombre voornaam imię"
        " imie förnamn fornavn 名"
    ),
    "last": _words(
        "lastname last lname surname familyname nachname familienname nom nomdefamille apellido apellidos cognome"
        " achternaam sobrenome apelido nazwisko efternamn etternavn"
    ),
}
