"""HTML and Markdown to blocks and to one line."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.html import blocks_from_html, blocks_from_markdown, plain_text, unescape_markup


@pytest.mark.parametrize(
    ("html", "text"),
    [
        pytest.param("Fish &amp; chips", "Fish & chips", id="entity"),
        pytest.param("It&amp;#8217;s &lt;em&gt;over&lt;/em&gt;", "It’s over", id="escaped twice"),
        pytest.param("<b>Bold</b><i>ly</i> <img src=x onerror=alert(1)>gone", "Boldly gone", id="tags"),
        pytest.param("One<br>two", "One two", id="break"),
        pytest.param("5 < 6 and 7 > 3", "5 < 6 and 7 > 3", id="no tags"),
        pytest.param("&lt;script&gt;alert(1)&lt;/script&gt;Title", "Title", id="a script is no text"),
        pytest.param("two\n lines\t and\u200b more", "two lines and more", id="one line"),
        pytest.param("\x1b[31mred\u202e", "red", id="escapes"),
        pytest.param("AT&T R&D &copy &unknown;", "AT&T R&D © &unknown;", id="loose ampersands"),
        pytest.param("The &lt;head&gt; element", "The <head> element", id="an element's name"),
        pytest.param("The &amp;lt;head&amp;gt; element", "The <head> element", id="an element's name, escaped twice"),
        pytest.param("&lt;b&gt;Bold&lt;/b&gt;&lt;br/&gt;ly", "Bold ly", id="tags escaped twice"),
        pytest.param("", "", id="empty"),
    ],
)
def test_html_titles_become_plain_text(html: str, text: str) -> None:
    assert plain_text(html) == text


@given(st.text())
def test_plain_text_of_any_html_is_one_line(html: str) -> None:
    assert len(plain_text(html).splitlines()) <= 1


def _texts(html: str) -> list[str]:
    return [block.text for block in blocks_from_html(html)]


@pytest.mark.parametrize(
    ("html", "texts"),
    [
        pytest.param("<p>One <b>bold</b> word.</p><p>Two.</p>", ["One bold word.", "Two."], id="paragraphs"),
        pytest.param("Loose<div>in<div>side</div>out</div>end", ["Loose", "in", "side", "out", "end"], id="loose"),
        pytest.param("One.<br><br>Two.<br/>Three<br>goes on.", ["One.", "Two.", "Three goes on."], id="breaks"),
        pytest.param("<p>\n One\n  two. <br>\n Three&nbsp;\u2009four\t<b>go</b>.\n</p>", ["One two.", "Three four go."],
                     id="white space"),
        pytest.param("<p><a href=x>Ferry runs</a><br>\nIt sails at six.</p>", ["Ferry runs", "It sails at six."],
                     id="a linked title in a paragraph"),
        pytest.param("<p><b>Ferry runs</b><br>It sails at six.</p>", ["Ferry runs", "It sails at six."],
                     id="a bold title in a paragraph"),
        pytest.param("<ul><li><a href=x>Mend the <code>lock()</code></a>\n  It held for ever.</li></ul>",
                     ["Mend the lock()", "It held for ever."], id="a linked title in a list item"),
        pytest.param("<ul><li><a href=x>The ferry</a>\n  sails at six.</li></ul>", ["The ferry sails at six."],
                     id="a link that opens a sentence"),
        pytest.param("<p>Ask the <a href=x>Office</a><br>\nof Boats.</p>", ["Ask the Office of Boats."],
                     id="a link in a line that breaks"),
        pytest.param("<p>She wrote to us:</p><blockquote><p>We sail. We always did.</p></blockquote><p>We agree.</p>",
                     ["She wrote to us:", "“We sail. We always did.”", "We agree."], id="a quotation"),
        pytest.param("<p>He said:</p><blockquote>“We sail.”<p>— The harbour master</p></blockquote>",
                     ["He said:", "“We sail.”", "— The harbour master"], id="a quotation in marks"),
        pytest.param("<blockquote><p>All of it stands in here.</p></blockquote>", ["All of it stands in here."],
                     id="an indented text"),
        pytest.param("<p>Run this:</p><pre><code>ferry --now\nexit</code></pre><p>It sails.</p>",
                     ["Run this:", "It sails."], id="program code"),
        pytest.param("<p>Use <code>ferry()</code> now.</p>", ["Use ferry() now."], id="code in a sentence"),
        pytest.param("<div class=highlight><pre>$ ferry --now</pre></div><p>It sails.</p>", ["It sails."],
                     id="highlighted code"),
        pytest.param("<p>A poem by her:</p><pre><code>The boats come in,\nand all is well.</code></pre>",
                     ["A poem by her:", "The boats come in, and all is well."], id="indented prose"),
        pytest.param("<pre><code>$ ferry --from harbour --to island --now</code></pre>.",
                     ["$ ferry --from harbour --to island --now", "."],
                     id="nearly nothing but code"),
        pytest.param("<p>B<span>RAVE</span> people</p>", ["BRAVE people"], id="inline tags join"),
        pytest.param("<figure><img><figcaption>Cap</figcaption></figure><p>Text.</p>", ["Text."], id="figure"),
        pytest.param("<nav>Home</nav><aside>More</aside><form>Mail</form><footer>E</footer>T.", ["T."], id="page"),
        pytest.param("<script>x()</script><style>a{}</style><button>b</button>T.", ["T."], id="code"),
        pytest.param("<p>A body of text.</p><p class=wp-caption-text>Cap</p>", ["A body of text."], id="class"),
        pytest.param("<div class=related><p>Links</p></div><p>A body of text.</p>", ["A body of text."], id="related"),
        pytest.param("<div class=share-page><p>All is in here.</p></div>", ["All is in here."], id="misleading class"),
        pytest.param("<p hidden>No</p><p style='display: none'>No</p><p aria-hidden=true>No</p><p>Yes.</p>", ["Yes."],
                     id="hidden"),
        pytest.param("<!-- c --><p>A<!-- c --> b.</p><?pi x?>", ["A b."], id="comments"),
        pytest.param("a &amp;lt;b&amp;gt; &#8212; &nbsp;c", ["a &lt;b&gt; — c"], id="entities"),
        pytest.param("<p>Unclosed <b>tags<p>go on", ["Unclosed tags", "go on"], id="broken"),
        pytest.param("<blockquote class='twitter-tweet'>Tweet</blockquote><p>A body of text.</p>", ["A body of text."],
                     id="tweet"),
        pytest.param("", [], id="empty"),
        pytest.param("<!-- only -->", [], id="nothing"),
        pytest.param("\x00<p>\x00nul</p>", ["nul"], id="nul"),
    ],
)  # fmt: skip
def test_blocks_of_html(html: str, texts: list[str]) -> None:
    assert _texts(html) == texts


def test_blocks_have_kinds_and_shares_of_links() -> None:
    blocks = blocks_from_html(
        "<h2>Head</h2><ul><li><a href=x>Link</a></li></ul><p><b>All bold</b></p><p>Half <a>link</a></p>"
    )

    assert [(block.kind, round(block.link_share, 1)) for block in blocks] == [
        ("heading", 0.0), ("item", 1.0), ("heading", 0.0), ("prose", 0.4),
    ]  # fmt: skip


def test_markdown_becomes_blocks() -> None:
    blocks = blocks_from_markdown(
        "---\ntitle: x\n---\n# Head\n\nOne *word*\nwrapped.\n\n- item\n\n![Alt](a.png)\n\n<b>html</b>.\n"
    )

    assert [(block.kind, block.text) for block in blocks] == [
        ("heading", "Head"), ("prose", "One word wrapped."), ("item", "item"), ("prose", "html."),
    ]  # fmt: skip


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from('<>/="&;!-abpdiv '))))
def test_any_html_gives_clean_blocks(html: str) -> None:
    assert all(block.text == " ".join(block.text.split()) != "" for block in blocks_from_html(html))


@pytest.mark.parametrize(
    "html",
    ["<div>" * 100_000, "<b>" * 50_000 + "x", "<p>x" * 100_000, "<div class=ads>x" * 20_000],
    ids=["deep", "deep inline", "wide", "deep boilerplate"],
)
def test_hostile_html_is_parsed_in_seconds(html: str) -> None:
    start = time.perf_counter()
    blocks_from_html(html)

    assert time.perf_counter() - start < 20


def test_the_short_cells_of_a_table_row_are_one_block() -> None:
    table = (
        "<table><tr><th>Pier<th>Built</tr><tr><td>North<td><a href=x>1911</a></tr><tr><th>South<td>1920</tr></table>"
    )

    blocks = blocks_from_html(table)

    assert [(block.text, block.kind) for block in blocks] == [
        ("Pier Built", "heading"),
        ("North 1911", "row"),
        ("South 1920", "row"),
    ]
    assert blocks[1].link_share == pytest.approx(0.4)


def test_the_columns_of_a_layout_stay_apart() -> None:
    column = "The council voted to close the bridge for a year. " * 2 + "A ferry will run every ten minutes."
    html = (
        f"<table><tr><td>{column}</td><td>Home</td></tr><tr><td><p>One.</p><p>Two.</p><p>Three.</p></td></tr></table>"
    )

    assert [block.text for block in blocks_from_html(html)] == [column, "Home", "One.", "Two.", "Three."]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("&lt;p&gt;It rained.&lt;/p&gt;", "<p>It rained.</p>"),
        ("It rained.&lt;br /&gt;They &amp;amp; we left.", "It rained.<br />They &amp; we left."),
        ("<p>Write &lt;p&gt;text&lt;/p&gt;.</p>", "<p>Write &lt;p&gt;text&lt;/p&gt;.</p>"),
        ("Use &lt;head&gt; and &lt;p&gt; with care.", "Use &lt;head&gt; and &lt;p&gt; with care."),
        ("5 &lt; 6 and 7 &gt; 3", "5 &lt; 6 and 7 &gt; 3"),
        ("", ""),
    ],
)
def test_a_body_is_unescaped_again_only_if_that_makes_it_markup(html: str, expected: str) -> None:
    assert unescape_markup(html) == expected
