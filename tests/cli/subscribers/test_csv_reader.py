"""Subscribers' files: exports of other systems, their columns, encodings and delimiters."""

from __future__ import annotations

import io

import pytest

from digest.cli.subscribers.csv_reader import ExcludedLine, Record, RefusedLine, read_subscribers
from digest.model.errors import UsageError
from digest.store.subscribers import NewSubscriber


def read_records(content: bytes) -> list[Record]:
    return list(read_subscribers(io.BufferedReader(io.BytesIO(content))))  # type: ignore[arg-type]  # bytes are raw enough


def names(content: str) -> dict[str, str]:
    records = read_records(content.encode())
    return {record.address: record.name for record in records if isinstance(record, NewSubscriber)}


def exclusions(content: str) -> dict[str, str]:
    """The reason for each address; empty if it is imported."""
    return {
        record.address: record.exclusion.value if isinstance(record, ExcludedLine) else ""
        for record in read_records(content.encode())
        if isinstance(record, ExcludedLine | NewSubscriber)
    }


# --- addresses that get no mail ----------------------------------------------------------------------------------

#: Columns as each system exports them, and lines: for each a local part, and the reason to leave it out.
EXPORTS = {
    "Mailchimp, unsubscribed": (
        "Email Address,First Name,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON",
        {'a@x.example,Ann,"2024-05-06 07:08:09",,N/A': "unsubscribed", "b@x.example,Bob,,,": ""},
    ),
    "Mailchimp, cleaned": (
        "Email Address,CLEAN_TIME,CLEAN_CAMPAIGN_ID",
        {"a@x.example,2024-05-06 07:08:09,1": "bounced"},
    ),
    "Substack": (
        "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at",
        {"a@x.example,false,,other,false,2024-01-01,": "", "b@x.example,true,,yearly,true,2024-01-01,": "unsubscribed"},
    ),
    "Substack, all columns": (
        "Email,Type,Cancel date,Start date,Unsubscribed at",
        {"a@x.example,Free,2024-01-01,2023-01-01,": "", "b@x.example,Free,,,2024-02-03": "unsubscribed"},
    ),
    "Ghost": (
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels",
        {
            "1,a@x.example,Ann,,true,false,,2024-01-01,,": "",
            "2,b@x.example,Bob,,false,false,,2024-01-01,,": "unsubscribed",
            "3,c@x.example,Cat,,true,false,,2024-01-01,2024-02-01,": "unsubscribed",
        },
    ),
    "Buttondown": (
        "email_address,notes,type,tags",
        {
            "a@x.example,,regular,": "",
            "b@x.example,,premium,": "",
            "c@x.example,,unsubscribed,": "unsubscribed",
            "d@x.example,,unactivated,": "unconfirmed",
            "e@x.example,,undeliverable,": "bounced",
            "f@x.example,,complained,": "complained",
            "g@x.example,,blocked,": "blocked",
            "h@x.example,,removed,": "unsubscribed",
        },
    ),
    "Kit": (
        "id,first_name,email,state,created_at",
        {
            "1,Ann,a@x.example,active,2024": "",
            "2,Bob,b@x.example,cancelled,2024": "unsubscribed",
            "3,Cat,c@x.example,bounced,2024": "bounced",
            "4,Dan,d@x.example,complained,2024": "complained",
            "5,Eve,e@x.example,inactive,2024": "inactive",
        },
    ),
    "listmonk": (
        "uuid,email,name,attributes,status,subscription_status",
        {
            '1,a@x.example,Ann,"{""n"": 1}",enabled,confirmed': "",
            "2,b@x.example,Bob,{},blocklisted,confirmed": "blocked",
            "3,c@x.example,Cat,{},disabled,confirmed": "blocked",
            "4,d@x.example,Dan,{},enabled,unsubscribed": "unsubscribed",
            "5,e@x.example,Eve,{},enabled,unconfirmed": "unconfirmed",
        },
    ),
    "beehiiv": (
        "email,status,subscription_tier",
        {
            "a@x.example,active,free": "",
            "b@x.example,validating,free": "unconfirmed",
            "c@x.example,invalid,": "bounced",
        },
    ),
    "MailerLite": (
        "Subscriber,Sent,Opened,Status,Unsubscribed",
        {
            "a@x.example,5,3,Active,": "",
            "b@x.example,5,3,Unsubscribed,2024-01-02 03:04:05": "unsubscribed",
            "c@x.example,5,3,Junk,": "complained",
        },
    ),
    "Brevo": (
        "CONTACT ID;EMAIL;NACHNAME;VORNAME;EMAIL_BLACKLISTED",
        {"1;a@x.example;Adler;Anna;No": "", "2;b@x.example;Beck;Bert;Yes": "blocked"},
    ),
    "Shopify": (
        "First Name,Email,Accepts Email Marketing",
        {"Ann,a@x.example,yes": "", "Bob,b@x.example,no": "unsubscribed"},
    ),
    "a customer database": (
        "Email,HasOptedOutOfEmail,Do Not Email",
        {"a@x.example,0,0": "", "b@x.example,1,0": "unsubscribed", "c@x.example,0,x": "blocked"},
    ),
    "double opt-in": (
        "email;confirmed;blacklisted;bouncecount",
        {"a@x.example;1;0;3": "", "b@x.example;0;0;0": "unconfirmed", "c@x.example;1;1;0": "blocked"},
    ),
    "CleverReach": (
        "email;registered;activated;deactivated",
        {"a@x.example;2024-01-01;2024-01-02;0": "", "b@x.example;2024-01-01;2024-01-02;2024-05-06": "unsubscribed"},
    ),
    "Mailjet": ("email,IsExcludedFromCampaigns", {"a@x.example,false": "", "b@x.example,true": "blocked"}),
    "Google Groups": (
        "Email address,Nickname,Group status,Email status",
        {"a@x.example,A,member,": "", "b@x.example,B,member,bouncing": "bounced", "c@x.example,C,banned,": "blocked"},
    ),
    "other columns": (
        "email,plan status,state,type,newsletter,Contact,unsubscribe link",
        {"a@x.example,cancelled,NY,vip,weekly,no,https://x.example/u/1": ""},
    ),
}


@pytest.mark.parametrize(("header", "lines"), EXPORTS.values(), ids=EXPORTS)
def test_addresses_that_get_no_mail_there_are_left_out(header: str, lines: dict[str, str]) -> None:
    reasons = exclusions("\n".join([header, *lines]))

    assert list(reasons.values()) == list(lines.values())


def test_an_excluded_line_names_its_column() -> None:
    (line,) = read_records(b'email,"E-Mail Status"\na@x.example,Hard Bounced\n')

    assert isinstance(line, ExcludedLine)
    assert (line.line, line.address, line.column) == (2, "a@x.example", "E-Mail Status")


def test_an_address_in_several_lines_is_left_out_if_one_says_so() -> None:
    lines = [f"reader{number}@x.example,active" for number in range(3000)]
    content = "\n".join(["email,status", *lines, "READER1@x.example,bounced", "reader1@x.example,active"])

    reasons = exclusions(content)

    assert {address.lower(): reason for address, reason in reasons.items() if reason} == {
        "reader1@x.example": "bounced"
    }
    assert len(reasons) == 3000


# --- names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "line", "name"),
    [
        ("Email Address,First Name,Last Name", "a@x.example,Ann,Archer", "Ann Archer"),
        ("EMAIL,FNAME,LNAME", "a@x.example,,Archer", "Archer"),
        ("First Name,Middle Name,Last Name,E-mail Address", "Ann,B.,Archer,a@x.example", "Ann B. Archer"),
        ("Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value", "Ann,Archer,Home,a@x.example", "Ann Archer"),
        ("Name,Given Name,Family Name,Email", "Dr Ann Archer,Ann,Archer,a@x.example", "Dr Ann Archer"),
        ("name,first_name,last_name,email", ",Ann,Archer,a@x.example", "Ann Archer"),
        ("E-Mail-Adresse;Vorname;Name", "a@x.example;Ann;Archer", "Ann Archer"),
        ("email,first_name,name", "a@x.example,Ann,Ann Archer", "Ann Archer"),
        ("Adresse e-mail;Prénom;Nom", "a@x.example;Ann;Archer", "Ann Archer"),
        ("correo electrónico;nombre;apellidos", "a@x.example;Ann;Archer Bell", "Ann Archer Bell"),
        ("nom;email", "Ann Archer;a@x.example", "Ann Archer"),
        ("first_name,email", ",Ann <a@x.example>", "Ann"),
    ],
)
def test_first_and_last_name_make_the_name(header: str, line: str, name: str) -> None:
    assert names(f"{header}\n{line}\n") == {"a@x.example": name}


# --- columns -----------------------------------------------------------------------------------------------------


def test_the_first_of_several_addresses_counts() -> None:
    (contact,) = read_records(
        b"First Name,E-mail Address,E-mail 2 Address,E-mail 3 Address\nAnn,a@x.example,b@x.example,\n"
    )

    assert contact == NewSubscriber(address="a@x.example", name="Ann", preferences={"e-mail 2 address": "b@x.example"})


def test_the_first_of_several_addresses_in_a_cell_of_a_contact_counts() -> None:
    assert names("Given Name,E-mail 1 - Value\nAnn,a@x.example ::: b@x.example\n") == {"a@x.example": "Ann"}


def test_an_address_books_display_name_is_not_the_name() -> None:
    content = (
        "First Name,Last Name,E-mail Address,E-mail Type,E-mail Display Name\nAnn,Archer,a@x.example,SMTP,Ann (x)\n"
    )

    assert names(content) == {"a@x.example": "Ann Archer"}


def test_a_columns_name_may_have_a_line_break() -> None:
    records = read_records(b'"First\nName",email,"Your ""city"""\nAnn,a@x.example,Rome\noops,oops,\n')

    assert records == [
        NewSubscriber(address="a@x.example", name="Ann", preferences={'your "city"': "Rome"}),
        RefusedLine(line=4, reason="'oops' is no address: it has no @"),
    ]


@pytest.mark.parametrize("name", ['5" screen', 'a "nick', '"'])
def test_a_quotation_mark_within_a_name_of_a_column_opens_nothing(name: str) -> None:
    records = read_records(f'email,{name}\na@x.example,1\nb@x.example,"2"\nc@x.example,3"\n'.encode())

    assert [record.address for record in records if isinstance(record, NewSubscriber)][:2] == [
        "a@x.example",
        "b@x.example",
    ]


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (b"email,tag,Tag,TAG\na@x.example,1,2,3\n", "line 1: 3 columns are called 'tag'", "rename or delete"),
        (
            b"\n\nemail,E-Mail\na@x.example,b\n",
            "line 3: more than one column may be the address: 'email', 'E-Mail'",
            "ren",
        ),
    ],
    ids=["a column twice", "two addresses"],
)
def test_a_doubled_column_is_named_with_its_line(content: bytes, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_records(content)

    assert str(caught.value) == message
    assert hint in caught.value.hint


def test_a_status_that_does_not_exclude_is_a_preference() -> None:
    assert read_records(b"email,type\na@x.example,vip\n") == [
        NewSubscriber(address="a@x.example", preferences={"type": "vip"})
    ]


@pytest.mark.parametrize(
    "cell",
    ["mailto:a@x.example", "<mailto:a@x.example>", "a\u200b@x.example", "\ufeffa@x.example\u00a0", "a@x.example."],
    ids=["mailto", "mailto in brackets", "zero-width space", "no-break space", "final stop"],
)
def test_copied_addresses_are_read(cell: str) -> None:
    assert read_records(f"email\n{cell}\n".encode()) == [NewSubscriber(address="a@x.example")]


def test_quotes_after_a_space_are_quotes() -> None:
    assert names('email, name , note\na@x.example, "Archer, Ann" , "a, b"\n') == {"a@x.example": "Archer, Ann"}


# --- encodings ---------------------------------------------------------------------------------------------------

TEXT = 'email;name\r\na@x.example;"M\u00fcller; Anna"\r\n'


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("cp1252"),
        b"\r\n;\r\n" + TEXT.encode(),
        b"sep=;\r\n" + TEXT.encode(),
        TEXT.replace("a@x", "mailto:a@x").encode(),
    ],
    ids=["UTF-16-LE without BOM", "UTF-16-BE", "UTF-16", "BOM", "cp1252", "empty lines before", "sep", "mailto"],
)
def test_files_of_spreadsheets_are_read(content: bytes) -> None:
    assert read_records(content) == [NewSubscriber(address="a@x.example", name="M\u00fcller; Anna")]
