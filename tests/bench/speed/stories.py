"""Time of grouping by the number of articles, and memory of a day's articles from text to briefs."""

from __future__ import annotations

import math
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import accumulate
from pathlib import Path

from digest.model.articles import Article
from digest.store.mapping import batches
from digest.stories.group import group
from tests.bench.quality.table import Row

ROOT = Path(__file__).resolve().parents[3]
_SYLLABLES = ("ba", "co", "den", "fil", "gor", "han", "ix", "jul", "kem", "lor", "min", "nop", "ram", "sti", "tur")
_SENTENCES = 12
#: Articles of the large preview, and of each of its feeds.
_PREVIEWED, _FEED_ITEMS = 50_000, 500


def measure() -> list[Row]:
    """Seconds of one core, their growth, and the peak memory of a process that does nothing else."""
    seconds = {count: _grouping(count) for count in (1_000, 3_000, 10_000)}
    rows = [
        Row(task="grouping, seconds of one core", system=f"{count:,} articles", figure=f"{duration:.1f} s")
        for count, duration in seconds.items()
    ]
    growth = math.log(seconds[10_000] / seconds[1_000]) / math.log(10)
    rows.append(Row(task="grouping, growth from 1,000 to 10,000", system="digest", figure=f"n^{growth:.2f}"))
    code = "from tests.bench.speed.stories import peak; print(peak())"
    peak = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT).stdout
    task = "a day of 1,000 articles from text to briefs, peak memory"
    rows.append(Row(task=task, system="digest", figure=f"{int(peak) / 1e6:,.0f} MB"))
    task = f"a preview of {_PREVIEWED:,} articles, peak memory"
    return [*rows, Row(task=task, system="digest", figure=f"{_preview_peak(_PREVIEWED) / 1e6:,.0f} MB")]


def articles(count: int) -> list[Article]:
    """Generated news: events of one to eight articles in 24 hours, with Zipf-distributed words."""
    generator = random.Random(count)
    vocabulary = list({"".join(generator.choices(_SYLLABLES, k=generator.randint(2, 5))) for _ in range(40_000)})
    vocabulary.sort()
    generator.shuffle(vocabulary)
    cum_weights = list(accumulate(1 / rank for rank in range(3, len(vocabulary) + 3)))
    generated: list[Article] = []
    while len(generated) < count:
        event = generator.choices(vocabulary, k=40)
        for _ in range(min(generator.choice((1, 1, 1, 2, 3, 8)), count - len(generated))):
            sentences = [
                [*generator.choices(vocabulary, cum_weights=cum_weights, k=14), *generator.choices(event, k=7)]
                for _ in range(_SENTENCES)
            ]
            generated.append(
                _article(len(generated), event, [generator.sample(words, len(words)) for words in sentences])
            )
    return generated


def _article(at: int, event: list[str], sentences: list[list[str]]) -> Article:
    texts = [f"{' '.join(words).capitalize()}." for words in sentences]
    return Article(
        id=f"{at:05}",
        source_id=f"s{at % 97}",
        source=f"Outlet {at % 97}",
        url=f"https://o{at % 97}.example/{at}",
        title=" ".join(event[at % 5 : at % 5 + 7]).capitalize(),
        paragraphs=tuple(" ".join(texts[start : start + 2]) for start in range(0, len(texts), 2)),
        published=datetime(2026, 3, 27, tzinfo=UTC) + timedelta(minutes=at * 1440 / 10_000),
        language="en",
    )


def _grouping(count: int) -> float:
    generated = articles(count)
    start = time.process_time()
    group(generated)
    return time.process_time() - start


def _preview_peak(count: int) -> int:
    """Peak memory in bytes of ``digest preview`` over feeds with that many articles."""
    code = """
import sys
from digest.cli import main
assert main(sys.argv[1:]) == 0
print(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0], file=sys.stderr)
"""
    with tempfile.TemporaryDirectory() as folder:
        feeds = [
            _write_feed(Path(folder, f"{start}.xml"), batch)
            for start, batch in enumerate(batches(articles(count), _FEED_ITEMS))
        ]
        command = [sys.executable, "-c", code, "preview", *map(str, feeds), "--format", "json", "-o", f"{folder}/out"]
        completed = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return int(completed.stderr.split()[-1]) * 1024


def _write_feed(path: Path, published: list[Article]) -> Path:
    items = "".join(
        f"<item><title>{article.title}</title><link>{article.url}</link><pubDate>{format_datetime(article.published)}"
        f"</pubDate><description>{''.join(f'&lt;p>{text}&lt;/p>' for text in article.paragraphs)}</description></item>"
        for article in published
    )
    path.write_text(f'<rss version="2.0"><channel><title>{path.stem}</title>{items}</channel></rss>')
    return path


def peak() -> int:
    """Peak memory in bytes of this process after cleaning, grouping, ranking and summarizing a day's 1,000 texts."""
    from digest.clean.articles import clean
    from digest.model.articles import BodyFormat, Entry
    from digest.model.protocols import Budget
    from digest.stories.criteria import Criteria
    from digest.stories.rank import rank
    from digest.stories.summarize import summarize
    from digest.stories.summarizers import summarizer

    now = datetime(2026, 3, 28, tzinfo=UTC)
    entries = [
        Entry(
            source_id=article.source_id,
            guid=article.id,
            url=article.url,
            title=article.title,
            body="".join(f"<p>{paragraph}</p>" for paragraph in article.paragraphs),
            form=BodyFormat.HTML,
            seen=now,
            source=article.source,
            published=article.published,
        )
        for article in articles(1_000)
    ]
    chosen = rank(group(clean(entries)), Criteria(now=now)).chosen
    assert len(summarize(chosen, summarizer("default"), Budget())) == len(chosen)
    status = Path("/proc/self/status").read_text("utf-8")  # getrusage reports the parent's peak if that was higher
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
