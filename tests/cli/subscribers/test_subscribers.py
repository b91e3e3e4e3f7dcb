"""``digest subscribers``: its actions, and the files that it imports."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.cli import main
from digest.cli.subscribers.csv_reader import RefusedLine, read_subscribers
from digest.model.errors import UsageError
from digest.store import subscribers, subscription_requests
from digest.store.subscribers import NewSubscriber
from digest.store.subscription_requests import NewRequest
from tests.support.databases import open_persistent_store, persistent_store_content
from tests.support.values import NOON

ONE = '[[newsletters]]\nid = "main"\ntitle = "Main"\n'
TWO = ONE + '[[newsletters]]\nid = "weekly"\ntitle = "Weekly"\n'
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], persistent_url: str
) -> Run:
    """Run ``digest subscribers`` in a folder with settings for one newsletter."""
    (tmp_path / "digest.toml").write_text(ONE)
    monkeypatch.chdir(tmp_path)

    def run(*argv: str) -> tuple[int, str, str]:
        code = main(["subscribers", *argv])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def addresses(run: Run, *argv: str) -> list[str]:
    """The addresses that get mail."""
    documents = json.loads(run("list", "--json", *argv)[1])
    return [subscriber["address"] for subscriber in documents if subscriber["state"] == "active"]


def states(run: Run, *argv: str) -> dict[str, tuple[str, str]]:
    """The state and reason of each address."""
    documents = json.loads(run("list", "--json", *argv)[1])
    return {subscriber["address"]: (subscriber["state"], subscriber["reason"]) for subscriber in documents}


def suppress(address: str, reason: str = "no such user") -> None:
    with open_persistent_store() as store, store.begin() as conn:
        subscribers.suppress(conn, address, reason, at=NOON)


# --- add, list, remove -------------------------------------------------------------------------------------------


def test_an_added_address_is_listed(run: Run) -> None:
    assert run("add", "office@harbour.example", "The Press <press@harbour.example>") == (
        0,
        "office@harbour.example\npress@harbour.example\n",
        "",
    )

    (office, press) = json.loads(run("list", "--json")[1])

    assert office.pop("since").endswith("Z")
    assert office == {
        "address": "office@harbour.example",
        "name": "",
        "newsletters": ["main"],
        "state": "active",
        "reason": "",
        "frequency": "as published",
        "timezone": "UTC",
        "topics": [],
        "muted": [],
        "alerts": "",
        "paused_until": "",
        "preferences": {},
        "left": "",
        "suppressed": "",
    }
    assert press["name"] == "The Press"
    assert run("list")[1].splitlines()[1].endswith("  press@harbour.example  The Press")


def test_addresses_differing_in_case_or_punycode_are_added_once(run: Run) -> None:
    run("add", "info@müllerei.example")

    code, out, err = run("add", "Info@XN--mllerei-n2a.example")

    assert (code, out) == (0, "")
    assert "already subscribes to main" in err
    assert "info@müllerei.example" in run("list")[1]


def test_an_invalid_address_changes_nothing(run: Run) -> None:
    code, out, err = run("add", "office@harbour.example", "the press@harbour.example")

    assert (code, out) == (2, "")
    assert "'the press' can't stand before the @" in err
    assert addresses(run) == []


def test_without_subscribers_the_list_is_empty(run: Run) -> None:
    code, out, err = run("list", "--json")

    assert (code, json.loads(out)) == (0, [])
    assert "nobody subscribes to main" in err
    assert not Path("digest.db").exists()


def test_a_removed_address_subscribes_to_nothing(run: Run) -> None:
    run("add", "office@harbour.example", "press@harbour.example")

    assert run("remove", "OFFICE@harbour.example") == (0, "", "")
    assert addresses(run) == ["press@harbour.example"]


def test_removing_an_unknown_address_is_reported(run: Run) -> None:
    code, _, err = run("remove", "office@harbour.example")

    assert code == 1
    assert "office@harbour.example does not subscribe to anything" in err


def test_with_two_newsletters_one_must_be_named(run: Run) -> None:
    Path("digest.toml").write_text(TWO)

    assert "choose with -n one of main, weekly" in run("add", "office@harbour.example")[2]
    assert "did you mean 'weekly'?" in run("add", "office@harbour.example", "-n", "weekl")[2]
    run("add", "office@harbour.example", "-n", "main")
    run("add", "office@harbour.example", "-n", "weekly")
    run("remove", "office@harbour.example", "-n", "main")
    assert (addresses(run, "-n", "main"), addresses(run, "-n", "weekly")) == ([], ["office@harbour.example"])


def test_a_suppressed_address_is_listed_and_can_be_unsuppressed(run: Run) -> None:
    run("add", "office@harbour.example")
    suppress("office@harbour.example")

    assert "no mail: no such user" in run("list")[1]
    assert "office@harbour.example gets no mail: no such user" in run("add", "office@harbour.example")[2]
    assert "--again" in run("add", "office@harbour.example")[2]
    assert "gets no mail" not in run("add", "office@harbour.example", "--again")[2]
    assert "no such user" not in run("list")[1]


# --- former subscribers ------------------------------------------------------------------------------------------


@pytest.fixture
def former_subscriber(run: Run) -> str:
    """An address that was removed from ``main``; the file ``in.csv`` still has it."""
    Path("in.csv").write_text("email,name\npress@harbour.example,The Press\noffice@harbour.example,The Office\n")
    run("import", "in.csv")
    run("remove", "press@harbour.example")
    return "press@harbour.example"


def test_an_import_does_not_bring_a_former_subscriber_back(run: Run, former_subscriber: str) -> None:
    code, _, err = run("import", "in.csv")

    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert (code, err.splitlines()) == (
        0,
        [
            f"digest: {former_subscriber} is left out: it was removed from main on {today}",
            "  to subscribe those who want it again, use --resubscribe",
            "0 added, 1 already subscribed, 1 left out (1 had left), 0 refused",
        ],
    )
    assert states(run)[former_subscriber] == ("left", "removed")
    assert "left: removed" in run("list")[1]
    assert former_subscriber not in run("export")[1]


def test_a_former_subscriber_is_named_in_json(run: Run, former_subscriber: str) -> None:
    assert json.loads(run("import", "in.csv", "--json")[1]) == {
        "added": 0,
        "known": 1,
        "left_out": [{"address": former_subscriber, "reason": "removed", "column": ""}],
        "refused": [],
    }


def test_adding_a_former_subscriber_fails_and_names_the_option(run: Run, former_subscriber: str) -> None:
    code, out, err = run("add", former_subscriber.upper(), "new@harbour.example")

    assert (code, out) == (1, "new@harbour.example\n")
    assert "PRESS@harbour.example is left out: it was removed from main" in err
    assert "--resubscribe" in err
    assert run("add", former_subscriber, "--again")[0] == 1


@pytest.mark.parametrize("argv", [("add", "press@harbour.example"), ("import", "in.csv")], ids=["add", "import"])
def test_resubscribe_brings_a_former_subscriber_back(run: Run, former_subscriber: str, argv: tuple[str, str]) -> None:
    assert run(*argv, "--resubscribe")[0] == 0
    assert states(run)[former_subscriber] == ("active", "")

    run("remove", former_subscriber)
    run(*argv)

    assert states(run)[former_subscriber] == ("left", "removed")


def test_a_former_subscriber_of_one_newsletter_can_be_added_to_another(run: Run, former_subscriber: str) -> None:
    Path("digest.toml").write_text(TWO)

    assert run("import", "in.csv", "-n", "weekly")[2] == "2 added, 0 already subscribed, 0 refused\n"
    assert states(run, "-n", "main")[former_subscriber] == ("left", "removed")
    assert states(run, "-n", "weekly")[former_subscriber] == ("active", "")


def test_a_subscriber_moves_to_another_address(run: Run) -> None:
    run("add", "press@harbour.example", "office@harbour.example")
    assert run("move", "press@harbour.example", "new@harbour.example") == (0, "new@harbour.example\n", "")
    assert addresses(run) == ["new@harbour.example", "office@harbour.example"]
    assert run("add", "press@harbour.example")[0] == 1  # an old list brings it not back
    assert run("move", "new@harbour.example", "office@harbour.example")[0] == 0
    assert addresses(run) == ["office@harbour.example"]
    assert run("move", "new@harbour.example", "x@harbour.example")[0] == 1
    assert run("move", "office@harbour.example", "nonsense")[0] == 2
    run("add", "gone@harbour.example")
    suppress("gone@harbour.example")
    assert run("move", "office@harbour.example", "gone@harbour.example")[0] == 1
    assert addresses(run) == ["office@harbour.example"]


def test_everything_about_an_address_is_shown(run: Run) -> None:
    run("add", "Press@harbour.example", "--name", "Press Office")
    code, text, _ = run("show", "press@harbour.example")
    data = json.loads(run("show", "PRESS@harbour.example", "--json")[1])

    assert code == 0
    assert "address=Press@harbour.example" in text
    assert "name=Press Office" in text
    assert data["subscribers"][0]["name"] == "Press Office"
    assert [row["newsletter_id"] for row in data["subscriptions"]] == ["main"]
    run("remove", "--erase", "press@harbour.example")
    code, text, _ = run("show", "press@harbour.example", "--json")
    assert code == 0
    assert list(json.loads(text)) == ["unsubscribes"]
    assert run("show", "nobody@harbour.example")[0] == 1
    assert run("show", "nobody")[0] == 2


def test_an_erased_subscriber_is_not_listed_and_not_imported_again(run: Run) -> None:
    Path("digest.toml").write_text(TWO)
    Path("in.csv").write_text("email\npress@harbour.example\n")
    run("import", "in.csv", "-n", "main")

    assert run("remove", "--erase", "Press@harbour.example") == (0, "", "")
    assert run("remove", "--erase", "press@harbour.example")[::2] == (
        1,
        "digest: nothing is stored about press@harbour.example\n",
    )
    assert run("remove", "--erase", "press@harbour.example", "-n", "main")[0] == 2
    assert states(run, "-n", "main") == {}
    for newsletter in ("main", "weekly"):
        assert "1 left out (1 had left)" in run("import", "in.csv", "-n", newsletter)[2]


# --- import, export ----------------------------------------------------------------------------------------------


def test_import_refuses_wrong_lines_by_number(run: Run) -> None:
    Path("in.csv").write_text(
        "\ufeffName;E-Mail;Zone\nThe Office;office@harbour.example;Europe/Berlin\n;OFFICE@harbour.example;\n\n"
        ';office,press@harbour.example;\n;;Europe/Rome\n"Press; the";press@harbour.example;\n',
        "utf-8",
    )

    code, out, err = run("import", "in.csv")

    assert (code, out) == (0, "")
    assert err.splitlines() == [
        "digest: line 5: 'office,press@harbour.example' is no address: 'office,press' can't stand before the @",
        "digest: line 6: it has no address",
        "2 added, 1 already subscribed, 2 refused",
    ]
    (office, press) = json.loads(run("list", "--json")[1])
    assert (office["name"], office["preferences"]) == ("The Office", {"zone": "Europe/Berlin"})
    assert press["name"] == "Press; the"


def test_import_prints_json(run: Run) -> None:
    Path("in.csv").write_text("email\noffice@harbour.example\npress\n")

    reason = "'press' is no address: it has no @"
    assert json.loads(run("import", "in.csv", "--json")[1]) == {
        "added": 1,
        "known": 0,
        "left_out": [],
        "refused": [{"line": 3, "reason": reason}],
    }


def test_import_leaves_out_addresses_that_get_no_mail_there(run: Run) -> None:
    Path("in.csv").write_text(
        "Email,First Name,Last Name,Status\n"
        "ann@harbour.example,Ann,Archer,Subscribed\nbob@harbour.example,Bob,Bell,Unsubscribed\n"
        "cat@harbour.example,Cat,Cole,Bounced\ndan@harbour.example,Dan,Dean,Unsubscribed\n"
    )

    code, out, err = run("import", "in.csv", "--json")

    assert code == 0
    assert err.splitlines() == [
        "digest: line 3: bob@harbour.example is left out: unsubscribed",
        "digest: line 4: cat@harbour.example is left out: bounced",
        "digest: line 5: dan@harbour.example is left out: unsubscribed",
        "digest: left out, because the file says so in 'Status': 2 unsubscribed, 1 bounced",
        "  if these addresses should get mail all the same, delete those columns",
        "1 added, 0 already subscribed, 3 left out (2 unsubscribed in the file, 1 bounced in the file), 0 refused",
    ]
    assert json.loads(out)["left_out"][1] == {"address": "cat@harbour.example", "reason": "bounced", "column": "Status"}
    (ann,) = json.loads(run("list", "--json")[1])
    assert (ann["address"], ann["name"]) == ("ann@harbour.example", "Ann Archer")


def test_stdin_is_imported(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [b"email,status", b"office@x.example,active", b"press@x.example,active", b"press@x.example,unsubscribed"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\n".join(rows))))

    assert run("import", "-")[0] == 0
    assert addresses(run) == ["office@x.example"]


def test_mailchimps_file_of_contacts_who_never_subscribed_is_refused(run: Run) -> None:
    file = Path("lists", "nonsubscribed_members_export_0a1b2c.csv")
    file.parent.mkdir()
    file.write_text("Email Address\noffice@harbour.example\n")

    code, _, err = run("import", str(file))

    assert (code, addresses(run)) == (2, [])
    assert "contacts who never subscribed" in err


def test_a_dry_run_reports_as_an_import_and_changes_nothing(run: Run, former_subscriber: str) -> None:
    addresses = [f"reader{number}@harbour.example" for number in range(1100)]
    Path("in.csv").write_text("\n".join(["email", former_subscriber, "oops", *addresses, addresses[0].upper()]))
    before = persistent_store_content()

    code, out, dry_run = run("import", "in.csv", "--dry-run", "--json")

    assert (code, persistent_store_content()) == (0, before)
    _, imported_out, imported = run("import", "in.csv", "--json")
    assert dry_run == imported.replace("1100 added", "dry run, nothing is changed: 1100 added")
    assert "1100 added, 1 already subscribed, 1 left out (1 had left), 1 refused" in imported
    assert out == imported_out


def test_a_dry_run_creates_no_store(run: Run) -> None:
    Path("in.csv").write_text("email\noffice@harbour.example\n")

    assert "1 added" in run("import", "in.csv", "--dry-run")[2]
    assert not Path("digest.db").exists()


def test_exported_formulas_are_neutralized_and_imported_again(run: Run) -> None:
    run("add", "=cmd@harbour.example", "--name", "=HYPERLINK(1)")
    exported = run("export")[1]
    Path("out.csv").write_text(exported)
    run("remove", "=cmd@harbour.example")

    run("import", "out.csv", "--resubscribe")

    assert exported == "email,name\n'=cmd@harbour.example,'=HYPERLINK(1)\n"
    assert run("export")[1] == exported
    (subscriber,) = json.loads(run("list", "--json")[1])
    assert (subscriber["address"], subscriber["name"]) == ("=cmd@harbour.example", "=HYPERLINK(1)")


def test_import_of_only_wrong_lines_fails(run: Run) -> None:
    Path("in.csv").write_text("email\npress\n")

    assert run("import", "in.csv")[0] == 1


def test_what_is_exported_can_be_imported(run: Run) -> None:
    Path("in.csv").write_text(
        'email,name,zone\na@harbour.example,"Office, ""the""",Europe/Rome\n"""b c""@x.example",,\n'
    )
    run("import", "in.csv")
    run("add", "gone@harbour.example")
    suppress("gone@harbour.example")

    code, out, err = run("export")

    assert (code, err) == (0, "1 left out: they get no mail ('digest subscribers list' says why)\n")
    assert set(out.splitlines()) == set(Path("in.csv").read_text().splitlines())
    Path("out.csv").write_text(out)
    assert run("import", "out.csv")[2] == "0 added, 2 already subscribed, 0 refused\n"


def test_import_reports_suppressed_addresses(run: Run) -> None:
    run("add", "office@harbour.example")
    suppress("office@harbour.example")
    Path("in.csv").write_text("email\nOffice@harbour.example\n")

    assert "office@harbour.example gets no mail: no such user" in run("import", "in.csv")[2]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the first line has nothing"),
        (b"name,zone\nThe Office,UTC\n", "the first line has 'name', 'zone'"),
        (b"email,zone,Zone\na@x.example,1,2\n", "line 1: 2 columns are called 'zone'"),
        (b"email,E-Mail\na@x.example,b@x.example\n", "line 1: more than one column may be the address"),
        (b"PK\x03\x04\x14\x00\x06\x00rest of it", "save it as CSV"),
        (None, "No such file"),
    ],
    ids=["empty", "no address", "a name twice", "two addresses", "a spreadsheet's own format", "no file"],
)
def test_a_file_without_an_email_column_changes_nothing(run: Run, content: bytes | None, message: str) -> None:
    if content is not None:
        Path("in.csv").write_bytes(content)

    code, out, err = run("import", "in.csv")

    assert (code, out) == (2, "")
    assert message in err


# --- files of subscribers ----------------------------------------------------------------------------------------


def read_records(content: bytes) -> list[NewSubscriber | RefusedLine]:
    return list(read_subscribers(io.BufferedReader(io.BytesIO(content))))  # type: ignore[arg-type]  # bytes are raw enough


OFFICE = [NewSubscriber(address="office@harbour.example", name="Büro, das", preferences={"zone": "UTC"})]
FILES = {
    "commas": 'email,name,zone\noffice@harbour.example,"Büro, das",UTC\n'.encode(),
    "semicolons": "Email;Name;Zone\r\noffice@harbour.example;Büro, das;UTC\r\n".encode(),
    "tabs": "EMAIL\tNAME\tZONE\noffice@harbour.example\tBüro, das\tUTC".encode(),
    "BOM": "\ufeffemail|name|zone\noffice@harbour.example|Büro, das|UTC\n".encode(),
    "UTF-16": 'email,name,zone\r\noffice@harbour.example,"Büro, das",UTC\r\n'.encode("utf-16"),
    "old Windows": "email;name;zone\r\noffice@harbour.example;Büro, das;UTC\r\n".encode("cp1252"),
    "old Macintosh": b"email;name;zone\roffice@harbour.example;" + "Büro, das;UTC\r".encode(),
    "said to a spreadsheet": "sep=;\nemail;name;zone\noffice@harbour.example;Büro, das;UTC\n".encode(),
    "quoted header": b'"e-mail","name"," zone"\n' + 'office@harbour.example,"Büro, das",UTC\n'.encode(),
    "other order": "zone;e-mail address;name\nUTC;office@harbour.example;Büro, das\n".encode(),
    "the name beside the address": 'zone,email\nUTC,"""Büro, das"" <office@harbour.example>"\n'.encode(),
    "a column without a name": "email;name;zone;\noffice@harbour.example;Büro, das;UTC;7\n".encode(),
    "empty columns after": "email;name;zone\noffice@harbour.example;Büro, das;UTC;;;\n".encode(),
    "empty lines": "email;name;zone\n\n;;\noffice@harbour.example;Büro, das;UTC\n  \n".encode(),
    "two lines in quotes": 'email;name;zone\noffice@harbour.example;"Büro,\ndas";UTC\n'.encode(),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_encodings_and_delimiters_of_spreadsheets_are_read(content: bytes) -> None:
    assert read_records(content) == OFFICE


@pytest.mark.parametrize("content", [b"name,zone\nThe Office,UTC\n", b"email\na@x.example\nb@x.example\n"])
def test_a_file_closed_too_early_causes_no_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    complaints: list[object] = []
    monkeypatch.setattr("sys.unraisablehook", complaints.append)
    (tmp_path / "in.csv").write_bytes(content)
    with (tmp_path / "in.csv").open("rb") as file, contextlib.suppress(UsageError):
        records = read_subscribers(file)
        next(records)
    del records
    gc.collect()

    assert complaints == []


def test_addresses_alone_need_no_header() -> None:
    records = read_records(b"office@harbour.example\nThe Press <press@harbour.example>\noops\n")

    assert records == [
        NewSubscriber(address="office@harbour.example"),
        NewSubscriber(address="press@harbour.example", name="The Press"),
        RefusedLine(line=3, reason="'oops' is no address: it has no @"),
    ]


REFUSED = {
    "too many columns": ("office@harbour.example,Büro,das", "it has 3 columns, and the first line has 2"),
    "no address": (",Büro", "it has no address"),
    "an open quote": ('"office@harbour.example,Büro', "a quotation mark is opened and never closed"),
    "an open quote in a later column": ('office@harbour.example,"Büro', "a quotation mark is opened and never closed"),
    "a very long line": ("office@harbour.example," + "x" * 50_000, "longer than 20,000 characters"),
    "two addresses": ('"a@harbour.example, b@harbour.example",', "'a@harbour.example, b' can't stand before the @"),
}


@pytest.mark.parametrize(("line", "reason"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("after", [1, 30], ids=["near the end", "far from the end"])
def test_a_refused_line_does_not_affect_others(line: str, reason: str, after: int) -> None:
    good = [f"reader{number}@harbour.example" for number in range(after)]

    records = read_records("\n".join(["email,name", "first@harbour.example,", line, *good]).encode())

    assert isinstance(records[1], RefusedLine)
    assert records[1].line == 3
    assert reason in records[1].reason
    accepted = [record.address for record in records if isinstance(record, NewSubscriber)]
    assert accepted == ["first@harbour.example", *good]


@given(st.binary(max_size=300) | st.text('aé@.,;"\n\r\t <>', max_size=200).map(str.encode))
def test_any_bytes_can_be_read(content: bytes) -> None:
    for record in read_records(b"email,name\n" + content):
        assert isinstance(record, NewSubscriber | RefusedLine)
    try:
        read_records(content)
    except UsageError as error:
        assert "email" in f"{error} {error.hint}"  # noqa: PT017  # most files are refused whole, some are not


@given(st.lists(st.sampled_from(["a@x.example,A", '"b@x.example","B"', "c@x.example,", "oops,"]), max_size=40))
def test_every_line_is_accepted_or_refused(lines: list[str]) -> None:
    records = read_records("\n".join(["email,name", *lines]).encode())

    refused = [line.line for line in records if isinstance(line, RefusedLine)]
    assert len(records) == len(lines)
    assert refused == [number for number, line in enumerate(lines, start=2) if line == "oops,"]


def test_memory_does_not_grow_with_the_file() -> None:
    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self.sent = 0

        def readable(self) -> bool:
            return True

        def readinto(self, into: bytearray) -> int:  # type: ignore[override]  # a plain buffer is what it gets
            line = b"email\n" if not self.sent else b"reader%d@harbour.example\n" % self.sent
            self.sent += 1
            into[: len(line)] = line
            return len(line) if self.sent <= 20_001 else 0

    tracemalloc.start()
    count = sum(1 for _ in read_subscribers(io.BufferedReader(Endless())))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 20_000
    assert peak < 1_000_000


def test_who_has_not_confirmed_is_listed_as_pending_and_gets_nothing(run: Run) -> None:
    with open_persistent_store() as store, store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address="ann@harbour.example")], "main", at=NOON)
        for address, ids in [
            ("ann@harbour.example", ("main",)),
            ("bo@harbour.example", ("main",)),
            ("Bo@harbour.example", ("main", "weekly")),
            ("cy@harbour.example", ("weekly",)),
        ]:
            subscription_requests.record(conn, NewRequest(address=address, newsletter_ids=ids), at=NOON)

    assert states(run) == {"ann@harbour.example": ("active", ""), "bo@harbour.example": ("pending", "")}
    assert "2026-03-28  bo@harbour.example  pending: not confirmed yet" in run("list")[1].splitlines()
    assert "bo@harbour.example" not in run("export")[1]
