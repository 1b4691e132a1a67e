"""Scrubbing: taking secrets out of whatever is stored or shown.

A scrubber puts a marker in the place of every spelling of its secrets (:mod:`studio.vault.spelling`). Line breaks are
looked through: base64 wrapped at 76 columns, and what a logger or a terminal broke anywhere, is found, and the breaks
inside of it go with it. Where found spellings overlap, one marker stands for all of them.

All spellings are searched at once, by an Aho-Corasick automaton (Aho & Corasick, Commun. ACM 18, 1975). With 50
secrets it is made in 25 ms, and takes 2 to 3 ms a megabyte; 9 where the megabyte is full of secrets.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, AnyStr

from studio.vault.spelling import LINE_BREAKS, spellings

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

MARKERS = ("[secret]", "<hidden>", "***")
BLOCK = 256 * 1024
"""Bytes that are searched at once, so that a text full of secrets needs no more memory than others."""
HEAD = 4
"""Bytes of a spelling's beginning. No spelling is shorter."""
LARGE = 200_000
"""Bytes of all spellings. Beyond, the automaton takes a form that is five times slower, but smaller and soon built."""


class Scrubber:
    """Secrets shorter than four characters, or blank ones, cannot be scrubbed: they would be found in anything.

    Thread-safe. Scrubbing twice changes nothing more.
    """

    def __init__(self, secrets: Collection[str]) -> None:
        self._spellings = sorted(frozenset[bytes]().union(*map(spellings, secrets)))
        self._longest = max(map(len, self._spellings), default=0)
        self._wholes = _automaton(self._spellings)
        self._heads = _automaton({form[:HEAD] for form in self._spellings})
        self.marker = _marker(self._spellings)
        """`[secret]`, unless a secret looks like it."""

    def scrub(self, text: AnyStr) -> AnyStr:
        """The text, or bytes with text in UTF-8, without secrets."""
        if isinstance(text, str):
            return _decoded(self._scrub(_encoded(text)))
        return self._scrub(text)

    def scrub_json(self, value: Any) -> Any:
        """The same for every text in nested dicts and lists, keys too. Numbers stay as they are.

        Lists of lines, as notebooks keep texts, are scrubbed as one text. Of keys that become equal, the last one
        stays. What holds no secret comes back as it is, and the value itself is never changed.
        """
        texts = "\0".join(_texts(value))  # one long search instead of many short ones
        return value if self.scrub(texts) == texts else self._scrub_json(value)

    def finds(self, chunks: Iterable[bytes]) -> bool:
        """Whether there is a secret in the chunks of something that may be large."""
        tail = b""
        for chunk in chunks:
            joined = tail + chunk.translate(None, LINE_BREAKS)
            if _matches(self._wholes, joined):
                return True
            tail = joined[len(joined) - self._longest + 1 :] if len(joined) >= self._longest else joined
        return False

    def stream(self) -> TextStream:
        """For text that comes in chunks."""
        return TextStream(self)

    def byte_stream(self) -> ByteStream:
        """For bytes that come in chunks, which may end in the middle of a character."""
        return ByteStream(self)

    def _scrub(self, data: bytes) -> bytes:
        return self.byte_stream().take(data, last=True)

    def _scrub_json(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.scrub(value)
        if isinstance(value, dict):
            return type(value)((self._scrub_json(key), self._scrub_json(item)) for key, item in value.items())
        if _is_lines(value):
            return self.scrub("".join(value)).splitlines(keepends=True)
        if isinstance(value, list | tuple):
            return [self._scrub_json(item) for item in value]
        return value

    def _find(self, joined: bytes) -> list[tuple[int, int]]:
        """Start and end of all spellings in a text without line breaks, in order, also of those inside of others."""
        return sorted((start, end) for _, start, end in _matches(self._wholes, joined))

    def _unfinished(self, joined: bytes) -> int:
        """Where the longest end of the text begins that is the beginning of a spelling; if there is none, its end."""
        end = len(joined)
        first = max(0, end - self._longest + 1)
        heads = (first + start for _, start, _ in _matches(self._heads, joined[first:]))
        starts = chain(heads, range(max(first, end - HEAD + 1), end))
        return next((start for start in starts if self._begins(joined[start:])), end)

    def _begins(self, beginning: bytes) -> bool:
        """Is there a longer spelling that begins so? It would be the next one in order."""
        at = bisect_right(self._spellings, beginning)
        return at < len(self._spellings) and self._spellings[at].startswith(beginning)


class ByteStream:
    """Chunks go in, and come out without secrets, as soon as possible.

    Held back is only what may be the beginning of a secret, at most as much as the longest spelling, with the line
    breaks inside and behind. That is often the last character of a line, so whoever shows a stream to people flushes it
    when it pauses. A secret that is written partly before and partly after a flush is not found.
    """

    def __init__(self, scrubber: Scrubber) -> None:
        self._scrubber = scrubber
        self._held = b""
        self._marked = 0
        """So many of the held bytes, line breaks not counted, belong to a secret whose marker is out already."""

    def feed(self, chunk: bytes) -> bytes:
        return self.take(chunk, last=False)

    def flush(self) -> bytes:
        """What was held back. The stream then begins anew."""
        return self.take(b"", last=True)

    def take(self, chunk: bytes, *, last: bool) -> bytes:
        """:meth:`feed`; and :meth:`flush` if it is the last chunk."""
        size = len(chunk)
        starts = range(0, max(1, size), BLOCK)
        return b"".join(
            self._advance(chunk[start : start + BLOCK], last=last and start + BLOCK >= size) for start in starts
        )

    def _advance(self, chunk: bytes, *, last: bool) -> bytes:
        text = _BrokenText(self._held + chunk)
        end = len(text.joined)
        cut = end if last else self._scrubber._unfinished(text.joined)
        spans = _merged([(-1, self._marked), *self._scrubber._find(text.joined)])
        begun = [span for span in spans if span[0] < cut]
        held_from = text.last(end - cut)
        safe = text.replaced(begun, held_from, self._scrubber.marker.encode())
        self._held = text.data[held_from:]
        self._marked = max(0, begun[-1][1] - cut)
        return safe


class TextStream:
    """:class:`ByteStream` for text."""

    def __init__(self, scrubber: Scrubber) -> None:
        self._bytes = ByteStream(scrubber)

    def feed(self, chunk: str) -> str:
        return _decoded(self._bytes.feed(_encoded(chunk)))

    def flush(self) -> str:
        return _decoded(self._bytes.flush())


class _BrokenText:
    """A text with line breaks, and joined to one line. Spans, from start to before end, are of the joined one."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.joined = data.translate(None, LINE_BREAKS)

    def replaced(self, spans: Sequence[tuple[int, int]], stop: int, marker: bytes) -> bytes:
        """The broken text up to `stop`, with markers for all spans but the first one, whose marker is out already."""
        pieces = []
        done = self._after(spans[0][1])
        for start, end in spans[1:]:
            pieces += [self.data[done : self._position(start)], marker]
            done = self._after(end)
        return b"".join([*pieces, self.data[done:stop]])

    def last(self, count: int) -> int:
        """Where the last `count` bytes begin, line breaks not counted. Counted backwards, for there are few."""
        position = len(self.data)
        while count:
            position -= 1
            count -= self.data[position] not in LINE_BREAKS
        return position

    def _position(self, index: int) -> int:
        """Where a byte of the joined text is in the broken one."""
        return index + bisect_right(self._breaks, index)

    def _after(self, end: int) -> int:
        return self._position(end - 1) + 1 if end else 0

    @cached_property
    def _breaks(self) -> list[int]:
        """The index in the joined text before which each line break was."""
        if len(self.joined) == len(self.data):
            return []
        return [found.start() - count for count, found in enumerate(re.finditer(rb"[\r\n]", self.data))]


def _automaton(patterns: Collection[bytes]) -> BytesAhoCorasick:
    from ahocorasick_rs import BytesAhoCorasick, Implementation

    large = sum(map(len, patterns)) > LARGE
    return BytesAhoCorasick(patterns, implementation=Implementation.ContiguousNFA if large else Implementation.DFA)


def _matches(automaton: BytesAhoCorasick, text: bytes) -> list[tuple[int, int, int]]:
    """The index of the pattern, start and end of every match, in order of the ends."""
    return automaton.find_matches_as_indexes(text, overlapping=True)


def _marker(spellings: list[bytes]) -> str:
    """A marker that with no text around it becomes a spelling of a secret: else scrubbing would make one up."""
    candidates = chain(MARKERS, map(chr, range(0x2588, 0xD800)))
    return next(marker for marker in candidates if not any(_mixes(marker.encode(), form) for form in spellings))


def _mixes(marker: bytes, form: bytes) -> bool:
    """May a text be built in which both overlap?"""
    heads = tuple(marker[:size] for size in range(1, len(marker) + 1))
    tails = tuple(marker[-size:] for size in range(1, len(marker) + 1))
    return form in marker or marker in form or form.endswith(heads) or form.startswith(tails)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that overlap made one. They come in order of their starts."""
    merged = [spans[0]]
    for start, end in spans[1:]:
        before = merged[-1]
        if start < before[1]:
            merged[-1] = (before[0], max(before[1], end))
        else:
            merged.append((start, end))
    return merged


def _texts(value: Any) -> Iterator[str]:
    """All texts in nested dicts and lists, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in chain(value, value.values()):
            yield from _texts(item)
    elif _is_lines(value):
        yield "".join(value)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _is_lines(value: Any) -> bool:
    """Is it one text as notebook files keep it: a list of lines, all but the last with their breaks?"""
    if not isinstance(value, list) or len(value) < 2 or not all(isinstance(line, str) for line in value):
        return False
    return all(line.endswith("\n") for line in value[:-1])


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
