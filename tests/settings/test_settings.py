"""Settings are loaded, or all mistakes are reported at once, with line and suggestion."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import settings
from digest.model.corrections import WATCH_PERIOD
from digest.model.errors import SettingsError, UsageError
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Brand
from digest.pipeline.newsletter import render_options
from digest.settings import Secret, Settings
from digest.settings.line_numbers import key_lines

WHOLE = """\
[smtp]
host = "127.0.0.1"
port = 8025
security = "none"

[[sources]]
id = "a"
path = "articles"            # or url = "https://example.org/feed.xml"

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
sources = ["a"]
schedule = "daily 07:00"
timezone = "Europe/Berlin"
"""
SOURCE = '[[sources]]\nid = "a"\nurl = "https://example.org/"\n'
NEWSLETTER = '[[newsletters]]\nid = "main"\ntitle = "Main"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "digest.toml"


def loaded(file: Path, text: str, environ: dict[str, str] | None = None) -> Settings:
    file.write_text(text, "utf-8")
    return settings.load(file, environ or {})


def mistakes(file: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    """The lines of the error, without the file's name."""
    with pytest.raises(SettingsError) as caught:
        loaded(file, text, environ)
    return [line.removeprefix(f"{file}:") for line in str(caught.value).splitlines()]


# --- what is right -----------------------------------------------------------------------------------------------


def test_a_complete_installation_is_loaded(file: Path) -> None:
    config = loaded(file, WHOLE)

    assert (config.smtp.host, config.smtp.port, config.smtp.security) == ("127.0.0.1", 8025, "none")
    assert config.sources[0].path == file.parent / "articles"
    assert config.newsletters[0].sender == Mailbox.parse("Main <main@example.org>")
    assert config.newsletters[0].sources == ("a",)
    assert config.store.url == f"sqlite:///{file.parent}/digest.db"
    assert config.file == file


def test_without_a_file_the_defaults_apply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = settings.load(None, {})

    assert replace(config, store=Settings().store) == Settings()


def test_an_empty_file_gives_the_defaults(file: Path) -> None:
    config = loaded(file, "")

    assert replace(config, store=Settings().store, file=None) == Settings()


@pytest.mark.parametrize(
    "text",
    [WHOLE.replace("\n", "\r\n"), "\ufeff" + WHOLE, WHOLE + "# ende, größer"],
    ids=["windows line ends", "byte order mark", "umlauts"],
)
def test_byte_order_marks_and_line_ends_are_accepted(file: Path, text: str) -> None:
    file.write_bytes(text.encode())

    assert settings.load(file, {}).newsletters[0].title == "Main"


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("sqlite:///x.db", "sqlite:///{folder}/x.db"),
        ("sqlite:///data/x.db?timeout=5", "sqlite:///{folder}/data/x.db?timeout=5"),
        ("sqlite:////var/x.db", "sqlite:////var/x.db"),
        ("sqlite://", "sqlite://"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgresql+psycopg://u:p@host/name", "postgresql+psycopg://u:p@host/name"),
    ],
)
def test_a_store_path_is_relative_to_the_settings_file(file: Path, url: str, meant: str) -> None:
    config = loaded(file, f'[store]\nurl = "{url}"\n')

    assert config.store.url == meant.format(folder=file.parent)


@pytest.mark.parametrize(
    ("template", "meant"),
    [("headlines", "headlines"), ("./mine", "{folder}/mine"), ("/srv/mine", "/srv/mine")],
)
def test_a_template_is_a_name_or_a_folder_relative_to_the_settings_file(file: Path, template: str, meant: str) -> None:
    config = loaded(file, NEWSLETTER + f'template = "{template}"\n')

    assert Path(config.newsletters[0].template) == Path(meant.format(folder=file.parent))


@pytest.mark.parametrize(
    ("text", "topics"),
    [('"sea"', ("sea",)), ('["sea", "ice"]', ("sea", "ice")), ('"*"', ("*",)), ('""', ()), ("[]", ())],
)
def test_alerts_are_about_a_topic_some_or_any(file: Path, text: str, topics: tuple[str, ...]) -> None:
    (newsletter,) = loaded(file, f"{NEWSLETTER}alert = {text}\nalert_quiet = '23:30-6:00'\n").newsletters

    assert newsletter.alert == topics
    assert str(newsletter.alert_quiet) == "23:30-06:00"


def test_without_pages_a_newsletter_may_have_any_id(file: Path) -> None:
    (newsletter,) = loaded(file, NEWSLETTER.replace('"main"', '"search"')).newsletters

    assert newsletter.id == "search"


def test_a_newsletter_may_be_called_draft_where_none_has_drafts(file: Path) -> None:
    """Those of earlier versions go on."""
    (newsletter,) = loaded(
        file, '[web]\nurl = "https://news.example.org"\n' + NEWSLETTER.replace('"main"', '"draft"')
    ).newsletters

    assert newsletter.id == "draft"


def test_unlimited_is_accepted_for_a_number(file: Path) -> None:
    config = loaded(file, '[smtp]\nrate_per_minute = "unlimited"\n' + NEWSLETTER + 'stories = "unlimited"\n')

    assert config.smtp.rate_per_minute is None
    assert config.newsletters[0].stories is None


# --- what is wrong -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[smtp]\nhots = 1\n", "2: smtp.hots: no such key (did you mean 'host'?)"),
        (
            "[store]\nqqq = 1\n",
            "2: store.qqq: no such key; there are url",
        ),
        ("[smpt]\nhost = 1\n", "1: smpt: no such section (did you mean 'smtp'?)"),
        ("file = 1\n", "1: file: no such section"),
        ('[smtp]\nport = "25"\n', '2: smtp.port: expected a whole number, found "25"'),
        ("[smtp]\nport = 25.5\n", "2: smtp.port: expected a whole number, found 25.5"),
        ("[smtp]\nport = true\n", "2: smtp.port: expected a whole number, found true"),
        ("[smtp]\nport = 0\n", "2: smtp.port: expected a number from 1 to 65535, found 0"),
        ("[smtp]\nhost = 07:00:00\n", "2: smtp.host: expected text in quotes, found 07:00:00"),
        (
            '[smtp]\nsecurity = "tsl"\n',
            "2: smtp.security: expected 'starttls', 'tls' or 'none', found \"tsl\" (did you mean 'tls'?)",
        ),
        ("smtp = 3\n", "1: smtp: expected a table, found 3"),
        ('smtp = {host = "x", prot = 2}\n', "1: smtp.prot: no such key (did you mean 'port'?)"),
        ('[fetch]\nallow = "x:1"\n', '2: fetch.allow: expected a list like ["a", "b"], found "x:1"'),
        ('[fetch]\nallow = ["x:1", 2]\n', "2: fetch.allow: expected text in quotes, found 2"),
        ('[fetch]\nallow = ["x"]\n', "2: fetch.allow: expected an address like 'localhost:8080', found 'x'"),
        ("[fetch]\ntimeout_s = nan\n", "2: fetch.timeout_s: expected a number from 0.1 to 86400, found nan"),
        ('[fetch]\ncontact = "me"\n', "2: fetch.contact: expected an address like 'https://example.org/about'"),
        ('[fetch]\ncontact = "a@b (c)"\n', "2: fetch.contact: expected an address like 'https://example.org/about'"),
        ('[fetch]\ncontact = "a@b\\r\\nX: y"\n', "2: fetch.contact: expected an address like"),
        ('[web]\nurl = "example.org"\n', "2: web.url: expected an address like 'https://example.org/feed.xml'"),
        ('[sources]\nid = "a"\n', "1: sources: expected [[sources]] in double brackets, since there can be several"),
        ('[[sources]]\nid = "a"\n', "1: sources[a].url: set url or path"),
        (SOURCE + 'path = "x"\n', "3: sources[a].url: set either url or path, not both"),
        (SOURCE + 'senders = ["a@b.example"]\n', "4: sources[a].senders: are those of mails, and this source is"),
        (SOURCE + 'password = "x"\n', "4: sources[a].password: is that of a mailbox, and none is set"),
        (
            '[[sources]]\nid = "a"\nmailbox = "imaps://me:geheim@mail.example.org/"\n',
            "3: sources[a].mailbox: a password doesn't belong into the address: set password, or password_file",
        ),
        (
            '[[sources]]\nid = "a"\npath = "x"\nsenders = ["Harbour Post"]\n',
            "4: sources[a].senders: expected a sender like 'news@example.org', all of a domain like '@example.org'",
        ),
        ("[[sources]]\nurl = 'https://example.org'\n", "1: sources[1].id: required, but not set"),
        (SOURCE + SOURCE.replace('"a"', '"A"'), "5: sources[A].id: 'A' is taken: ids differ by more than case"),
        (SOURCE.replace('"a"', '"a b"'), "2: sources[a b].id: expected letters, digits, '-', '_' and '.', found 'a b'"),
        (SOURCE.replace("https", "ftp"), "3: sources[a].url: expected an address like"),
        (SOURCE + "weight = -1\n", "4: sources[a].weight: expected a number from 0.001 to 1000, found -1"),
        (SOURCE + 'full_text = "allways"\n', "(did you mean 'always'?)"),
        (
            SOURCE + NEWSLETTER + 'sources = ["aa"]\n',
            "7: newsletters[main].sources: no source has the id 'aa' (did you mean 'a'?)",
        ),
        (
            '[web]\nurl = "https://news.example.org"\n' + NEWSLETTER.replace('"main"', '"Search"'),
            "4: newsletters[Search].id: 'Search' is the address of a page: give it another id",
        ),
        (
            '[web]\nurl = "https://news.example.org"\n' + NEWSLETTER.replace('"main"', '"Draft"') + 'hold = "45m"\n',
            "4: newsletters[Draft].id: 'Draft' is the address of a page: give it another id",
        ),
        (NEWSLETTER + 'language = "German"\n', "4: newsletters[main].language: expected a language's code like 'de'"),
        (NEWSLETTER + 'sender = "a@b.example"\n', "4: newsletters[main].sender: no such key (did you mean 'from'?)"),
        (NEWSLETTER + 'from = "Main"\n', "4: newsletters[main].from: expected a mailbox like"),
        (NEWSLETTER + 'from = "a@b.example, c@d.example"\n', "4: newsletters[main].from: expected a mailbox like"),
        (NEWSLETTER + r'from = "a\r\nBcc: x@y.example"' + "\n", "4: newsletters[main].from: expected a mailbox like"),
        (NEWSLETTER + 'from = "a@-b.example"\n', "'-b.example' is no domain"),
        (
            NEWSLETTER + 'subject = "{tilte}: {lead}"\n',
            "no such placeholder: {tilte}; there are {title}, {lead}, {date} (did you mean '{title}: {lead}'?)",
        ),
        (NEWSLETTER + 'subject = "{lead"\n', "4: newsletters[main].subject: expected braces around the names of"),
        (
            NEWSLETTER + r'subject = "{lead}\r\nBcc: x@y.example"' + "\n",
            "4: newsletters[main].subject: expected one line",
        ),
        (NEWSLETTER + 'subject = " "\n', "4: newsletters[main].subject: expected one line like '{title}: {lead}'"),
        (NEWSLETTER + 'timezone = "Europe/Belrin"\n', "(did you mean 'Europe/Berlin'?)"),
        (NEWSLETTER + 'timezone = "berlin"\n', "(did you mean 'Europe/Berlin'?)"),
        (NEWSLETTER + 'timezone = "GMT+2"\n', "(did you mean 'Etc/GMT-2'?)"),
        (NEWSLETTER + 'timezone = "UTC-05:00"\n', "(did you mean 'Etc/GMT+5'?)"),
        (NEWSLETTER + 'timezone = "CEST"\n', "name a city's zone, such as 'Europe/Berlin'"),
        (NEWSLETTER + 'timezone = "../../etc/passwd"\n', "4: newsletters[main].timezone: no such time zone"),
        (NEWSLETTER + 'schedule = "dayly 07:00"\n', "(did you mean 'daily 07:00'?)"),
        (NEWSLETTER + 'title = "x"\n', "not valid TOML: Cannot overwrite a value"),
        (NEWSLETTER.replace('"Main"', r'"two\nlines"'), "3: newsletters[main].title: expected one line of text"),
        (NEWSLETTER + "stories = 0\n", "4: newsletters[main].stories: expected a number of at least 1, found 0"),
        (
            NEWSLETTER + "exclude = ['?!']\n",
            "4: newsletters[main].exclude: expected plain words like 'climate change', found '?!'",
        ),
        ('[smtp]\nhost = "localhost:2525"\n', "port = 2525 (did you mean 'localhost'?)"),
        (NEWSLETTER + "alert = 3\n", '4: newsletters[main].alert: expected a list like ["a", "b"], found 3'),
        (NEWSLETTER + 'alert = "?"\n', "4: newsletters[main].alert: expected plain words like 'climate change'"),
        (
            NEWSLETTER + 'alert_quiet = "22-7"\n',
            "4: newsletters[main].alert_quiet: expected two times like '22:00-07:00'",
        ),
        (NEWSLETTER + "alert_outlets = 1\n", "4: newsletters[main].alert_outlets: expected a number of at least 2"),
        (NEWSLETTER + 'hold = "45m"\nalert = "sea"\n', "5: newsletters[main].alert: an alert goes out at once"),
        ('[smtp]\nhost = "[::1]:2525"\n', "port = 2525 (did you mean '::1'?)"),
        ('[smtp]\nhost = "smtps://a@mail.example.org:465"\n', "(did you mean 'mail.example.org'?)"),
        ("[smtp]\nhost = “localhost”\n", "2: not valid TOML: its quotation marks are curly"),
        ('[smtp]\nusername = "me"\nhost = “localhost”\n', "3: not valid TOML: its quotation marks are curly"),
        (NEWSLETTER + 'template = "C:\\Users\\me"\n', "4: not valid TOML: a backslash in double quotes"),
        ("[smtp]\nhost = localhost\n", '2: not valid TOML: text stands between quotation marks: key = "…"'),
        ("[smtp]\nhost: localhost\n", "2: not valid TOML: a key and its value are separated by '='"),
        ("[smtp]\nport = 2x\n", "2: not valid TOML: Expected newline"),
        ("[smtp\n", "1: not valid TOML: Expected ']'"),
        ("x = " + "[" * 5_000, "not valid TOML: nested too deeply"),
    ],
)
def test_a_mistake_has_its_line_and_suggestion(file: Path, text: str, line: str) -> None:
    assert any(line in mistake for mistake in mistakes(file, text)), mistakes(file, text)


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file(file: Path) -> None:
    text = "[smtp]\nprot = 1\nport = 'x'\n" + SOURCE.replace("https", "ftp") + NEWSLETTER + "words = 0\nstories = 2.5\n"

    assert [line.partition(":")[0] for line in mistakes(file, text)] == ["2", "3", "6", "10", "11"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda file: None, "no such settings file"),
        (lambda file: file.mkdir(), "a folder, not a settings file"),
        (lambda file: file.write_bytes(b'# ok\ntitle = "\xe4"\n'), "digest.toml:2: not UTF-8 text"),
        (lambda file: file.write_bytes(b"\x00" * 5_000_000), "too big for a settings file"),
        (lambda file: file.symlink_to(file), "can't be read: Too many levels of symbolic links"),
    ],
    ids=["missing", "folder", "not UTF-8", "too big", "a link to itself"],
)
def test_an_unreadable_file_is_a_one_line_error(file: Path, make: object, message: str) -> None:
    make(file)  # type: ignore[operator]
    with pytest.raises(UsageError, match=message) as caught:
        settings.load(file, {})

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "sender",
    [
        "brief@bücher.example",
        "Hafenbrief, täglich <brief@bücher.example>",
        "Dr. Fog's Letter: daily <fog@example.org>",
        "Päivi <päivi@example.org>",
    ],
)
def test_a_sender_may_have_any_name_and_an_international_address(file: Path, sender: str) -> None:
    assert loaded(file, f'{NEWSLETTER}from = "{sender}"\n').newsletters[0].sender == Mailbox.parse(sender)


def test_a_newsletters_brand_overrides_the_common_one(file: Path) -> None:
    brand = '[newsletters.brand]\naccent = "#8b1f3a"\nname = "The Harbour"\n'
    config = loaded(file, f'[brand]\nname = "Press"\naddress = "Pier 4"\n{NEWSLETTER}{brand}')
    look = render_options(config.newsletters[0], config)

    assert look.brand == Brand(name="The Harbour", accent="#8b1f3a", address="Pier 4")


def test_a_brand_can_be_set_in_the_environment(file: Path) -> None:
    config = loaded(file, NEWSLETTER, {"DIGEST_NEWSLETTERS__MAIN__BRAND": '{ name = "Fog" }'})

    assert config.newsletters[0].brand.name == "Fog"


@pytest.mark.parametrize(
    ("brand", "line"),
    [
        ('{ acent = "#8b1f3a" }', "4: newsletters[main].brand.acent: no such key (did you mean 'accent'?)"),
        ('{ accent = "red" }', "4: newsletters[main].brand.accent: expected a colour like '#1f5f8b', found 'red'"),
        (
            '{ typeface = "Gill Sans" }',
            (
                "4: newsletters[main].brand.typeface: expected names of fonts, the last one generic, like "
                "'Charter, Georgia, serif', found 'Gill Sans'"
            ),
        ),
        ("{ accent = 3 }", "4: newsletters[main].brand.accent: expected text in quotes, found 3"),
        ('"red"', '4: newsletters[main].brand: expected a table, found "red"'),
    ],
)
def test_a_mistake_in_a_newsletters_brand_has_its_line(file: Path, brand: str, line: str) -> None:
    assert [text.strip() for text in mistakes(file, f"{NEWSLETTER}brand = {brand}\n")] == [line]


# --- the environment, and files of one value ---------------------------------------------------------------------


def test_the_environment_overrides_the_file(file: Path) -> None:
    environ = {
        "DIGEST_SMTP__PORT": "2525",
        "DIGEST_FETCH__ALLOW": "localhost:8080, [::1]:80",
        "DIGEST_NEWSLETTERS__MAIN__STORIES": "unlimited",
        "DIGEST_NEWSLETTERS__MAIN__FROM": "Other <other@example.org>",
        "DIGEST_CONFIG": "elsewhere",
        "DIGESTIVE__X__Y": "1",
        "DIGEST_UNRELATED": "1",
    }
    config = loaded(file, WHOLE, environ)

    assert config.smtp.port == 2525
    assert config.fetch.allow == ("localhost:8080", "[::1]:80")
    assert (config.newsletters[0].stories, config.newsletters[0].sender) == (
        None,
        Mailbox.parse("Other <other@example.org>"),
    )


def test_the_environment_is_read_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings.load(None, {"DIGEST_SMTP__HOST": "12"}).smtp.host == "12"


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("DIGEST_SMTP__PORT", "x", 'DIGEST_SMTP__PORT: expected a whole number, found "x"'),
        ("DIGEST_SMTP__PROT", "1", "DIGEST_SMTP__PROT: no such key (did you mean 'port'?)"),
        ("DIGEST_SMTP_PORT", "1", "(did you mean 'DIGEST_SMTP__PORT'?)"),
        ("DIGEST_SMPT__PORT", "1", "no such section (did you mean 'DIGEST_SMTP__PORT'?)"),
        ("DIGEST_NEWSLETTERS__MIAN__TITLE", "x", "no [[newsletters]] has the id 'mian' (did you mean 'main'?)"),
        ("DIGEST_NEWSLETTERS__TITLE", "x", "name the item: DIGEST_NEWSLETTERS__<ID>__<KEY>"),
        ("DIGEST_SMTP__PASSWORD_FILE", "/nowhere/at/all", 'can\'t read "/nowhere/at/all": No such file or directory'),
    ],
)
def test_a_mistake_in_a_variable_names_it(file: Path, variable: str, value: str, line: str) -> None:
    (only,) = mistakes(file, WHOLE, {variable: value})

    assert only.startswith(f"environment: {variable}: ")
    assert line in only


def test_a_value_can_be_in_a_separate_file(file: Path) -> None:
    (file.parent / "secret").write_text("s3 cret\n")
    text = '[smtp]\npassword_file = "secret"\nport_file = "port"\n'
    (file.parent / "port").write_text("26\n")
    config = loaded(file, text)

    assert (config.smtp.password.reveal(), config.smtp.port) == ("s3 cret", 26)


@pytest.mark.parametrize(
    ("text", "environ"),
    [
        ('previous_secrets = ["one", "two"]', {}),
        ("", {"DIGEST_WEB__PREVIOUS_SECRETS": "one, two"}),
        ('previous_secrets_file = "secrets"', {}),
    ],
    ids=["in the settings", "in the environment", "in a file"],
)
def test_previous_secrets_are_read(file: Path, text: str, environ: dict[str, str]) -> None:
    (file.parent / "secrets").write_text("one\ntwo\n")

    secrets = loaded(file, f"[web]\n{text}\n", environ).web.previous_secrets
    assert [secret.reveal() for secret in secrets] == ["one", "two"]


def test_a_value_and_its_file_exclude_each_other(file: Path) -> None:
    text = '[smtp]\npassword = "x"\npassword_file = "secret"\n'

    assert mistakes(file, text) == ["3: smtp.password_file: set either password or password_file, not both"]


def test_the_environment_s_password_replaces_the_file_s_password_file(file: Path) -> None:
    config = loaded(file, '[smtp]\npassword_file = "not there"\n', {"DIGEST_SMTP__PASSWORD": "x"})

    assert config.smtp.password.reveal() == "x"


def test_secrets_are_never_printed(file: Path) -> None:
    text = '[store]\nurl = "postgresql://u:t0ken@h/d"\n[web]\nsecret = "t0ken"\nprevious_secrets = ["t0ken"]\n'
    config = loaded(file, text, {"DIGEST_SMTP__PASSWORD": "t0ken"})

    assert config.smtp.password.reveal() == "t0ken"
    assert "t0ken" not in f"{config} {config!r} {config.smtp.password} {config.web.secret!s:>20}"
    assert bool(Secret("x")) is not bool(Secret())


@pytest.mark.parametrize(
    "text",
    [
        "[smtp]\npassword = ['t0ken']\n",
        "[store]\nurl = ['t0ken']\n",
        "[web]\nsecret = {x = 't0ken'}\n",
        "[web]\nprevious_secrets = 't0ken'\n",
        "[web]\nprevious_secrets = ['t0ken', 1]\n",
    ],
)
def test_secrets_are_not_printed_in_error_messages(file: Path, text: str) -> None:
    assert "t0ken" not in "".join(mistakes(file, text))


# --- which file --------------------------------------------------------------------------------------------------


def test_settings_files_are_searched_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, home = tmp_path / "here", tmp_path / "home"
    user = home / ".config" / "digest" / "digest.toml"
    for folder in (here, user.parent):
        folder.mkdir(parents=True)
    monkeypatch.chdir(here)
    environ = {"HOME": str(home)}

    assert settings.find(None, environ) is None

    user.touch()

    assert settings.find(None, environ) == user
    assert settings.find(None, {**environ, "XDG_CONFIG_HOME": str(tmp_path)}) is None

    Path("digest.toml").touch()

    assert settings.find(None, environ) == Path("digest.toml")
    assert settings.find(None, {**environ, "DIGEST_CONFIG": "x"}) == Path("x")
    assert settings.find(Path("y"), {**environ, "DIGEST_CONFIG": "x"}) == Path("y")


# --- for whatever may come ---------------------------------------------------------------------------------------

_keys = st.sampled_from(
    ["id", "url", "path", "title", "from", "sources", "schedule", "timezone", "stories", "port", "x"]
)
_values = st.one_of(
    st.integers(), st.floats(), st.booleans(), st.text(), st.lists(st.text(), max_size=2), st.datetimes(), st.just({})
)
_tables = st.dictionaries(_keys, _values, max_size=4)
_documents = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("store", "smtp", "fetch", "web", "other"), _tables | _values),
        **{name: st.lists(_tables, max_size=3) | _tables for name in ("sources", "newsletters")},
    },
)


@given(document=_documents)
def test_any_document_is_loaded_or_every_mistake_has_its_line(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, object]
) -> None:
    import tomlkit

    error = refused(tmp_path_factory, tomlkit.dumps(document))

    for mistake in error.mistakes if isinstance(error, SettingsError) else ():
        assert mistake.line or "TOML" in mistake.message


@given(text=st.text())
def test_any_text_is_loaded_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    assert str(refused(tmp_path_factory, text))


def refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> UsageError | None:
    file = tmp_path_factory.getbasetemp() / "digest.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        settings.load(file, {})
    except UsageError as error:
        return error
    return None


def test_line_numbers_are_right_after_strings_lists_and_comments() -> None:
    text = (
        '[a]\nx = """[\n[b]\ny = 1\n"""\ny = [\n  [1],\n  ["z"]\n]\n# """\nz = 1\n'
        '[[c]]\n"q.r" = 1\n[[c]]\ns . t = 2\n[c.d]\nu = 3\n'
    )

    assert key_lines(text) == {
        ("a",): 1,
        ("a", "x"): 2,
        ("a", "y"): 6,
        ("a", "z"): 11,
        ("c",): 12,
        ("c", 0): 12,
        ("c", 0, "q.r"): 13,
        ("c", 1): 14,
        ("c", 1, "s"): 15,
        ("c", 1, "s", "t"): 15,
        ("c", 1, "d"): 16,
        ("c", 1, "d", "u"): 17,
    }


def test_a_mailbox_is_a_source_with_a_password_of_its_own(file: Path) -> None:
    text = '[[sources]]\nid = "in-box"\nmailbox = "imaps://me@mail.example.org/News"\nsenders = ["News@Example.org"]\n'
    (source,) = loaded(file, text, {"DIGEST_SOURCES__IN_BOX__PASSWORD": "geheim"}).sources

    assert (source.address, source.senders) == ("imaps://me@mail.example.org/News", ("news@example.org",))
    assert source.password.reveal() == "geheim"
    assert "geheim" not in repr(source)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ('hold = "45m"', ""),
        ('hold = "1d"', "expected less than the 24h between two slots of 'daily 07:00'"),
        ('hold = "11h"\nschedule = "daily 07:00,18:00"', "expected less than the 11h between two slots"),
        ('hold = "13h"\nschedule = "daily 07:00,20:00"', "expected less than the 11h"),
        ('hold = "45"', "hold"),
        ('editor = "nobody"', "expected a mailbox"),
        ('unanswered = "drop"', "unanswered"),
    ],
)
def test_a_hold_is_shorter_than_the_time_between_two_slots(tmp_path: Path, keys: str, message: str) -> None:
    file = tmp_path / "digest.toml"
    file.write_text(f'[[newsletters]]\nid = "main"\ntitle = "Main"\n{keys}\n')
    if message:
        with pytest.raises(SettingsError, match=message):
            settings.load(file, {})
    else:
        assert settings.load(file, {}).newsletter("main").hold == timedelta(minutes=45)


def test_articles_keep_their_text_for_longer_than_they_are_compared(file: Path) -> None:
    (mistake,) = mistakes(file, f'[retention]\ntext = "{WATCH_PERIOD.days - 1}d"\n')

    assert "retention.text: expected '40d' at least" in mistake
    assert timedelta(days=40) > WATCH_PERIOD
