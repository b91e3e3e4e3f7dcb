"""Formulas in exported CSV: none is left for a spreadsheet, and none is lost."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.cli.subscribers import listing
from digest.cli.subscribers.csv_reader import read_subscribers
from digest.cli.subscribers.formulas import neutralize_formulas, restore_formulas
from digest.model.editions import Subscriber
from digest.store.subscribers import NewSubscriber
from digest.store.subscription_list import Subscription
from digest.text.mail_header import clean_header
from tests.support.values import NOON

TEXTS = st.text("='\"+-@ \t\r\n;,|\uff1daé1", max_size=12)


@pytest.mark.parametrize(
    ("cell", "neutralized"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        (' "=1"', '\' "=1"'),
        ("'=1", "''=1"),
        ("\uff1d1", "'\uff1d1"),
        ("x;=1", "x;'=1"),
        ("x, =1", "x,' =1"),
        ("x\n-1", "x\n'-1"),
        ("O'Neill", "O'Neill"),
        ("'tis", "'tis"),
        ("a=b@c-d+e", "a=b@c-d+e"),
        ("", ""),
    ],
)
def test_formulas_are_neutralized(cell: str, neutralized: str) -> None:
    assert neutralize_formulas(cell) == neutralized
    assert restore_formulas(neutralized) == cell


@given(TEXTS | st.text(max_size=12))
def test_every_text_is_restored(cell: str) -> None:
    assert restore_formulas(neutralize_formulas(cell)) == cell


@pytest.mark.parametrize("delimiter", list(",;\t|"))
@given(texts=st.lists(TEXTS, min_size=1, max_size=3))
def test_no_cell_begins_with_a_formula_whatever_the_delimiter(delimiter: str, texts: list[str]) -> None:
    for line in listing.as_csv([subscription("a@x.example", "", dict(enumerate_names(texts)))], column_names(texts)):
        for row in csv.reader(io.StringIO(line, newline=""), delimiter=delimiter):
            assert not [cell for cell in row if cell.strip(" \t\"'")[:1] in {*"=+-@\uff1d"} and "'" not in cell]


@given(
    name=st.text("='\"+-@ ;,aé", max_size=12).map(clean_header),
    texts=st.lists(TEXTS.map(str.strip).filter(bool), max_size=3),
    local=st.sampled_from(["a", "=a", "+1", "-a", "'=a", "a=b"]),
)
def test_an_export_is_imported_unchanged(name: str, texts: list[str], local: str) -> None:
    address, preferences = f"{local}@x.example", dict(enumerate_names(texts))
    lines = listing.as_csv([subscription(address, name, preferences)], column_names(texts))
    content = "".join(f"{line}\n" for line in lines).encode()

    (record,) = read_subscribers(io.BufferedReader(io.BytesIO(content)))  # type: ignore[arg-type]  # bytes are raw enough

    assert record == NewSubscriber(address=address, name=name, preferences=preferences)


def column_names(texts: list[str]) -> list[str]:
    return [f"=column {number}" for number in range(len(texts))]


def enumerate_names(texts: list[str]) -> zip[tuple[str, str]]:
    return zip(column_names(texts), texts, strict=True)


def subscription(address: str, name: str, preferences: dict[str, str]) -> Subscription:
    subscriber = Subscriber(id=1, address=address, name=name, preferences=preferences)
    return Subscription(subscriber=subscriber, newsletters=("main",), since=NOON, suppressed="")
