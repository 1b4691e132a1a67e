"""Pairs of rows, one to one, the best candidates first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Candidate = tuple[int, int]
"""A left and a right group of rows that are equal to the matcher."""


def pair(
    candidates: Iterable[Candidate], left: Sequence[Sequence[int]], right: Sequence[Sequence[int]]
) -> Mapping[tuple[int, int], Candidate]:
    """(left row, right row) -> the candidate they come from, for candidates in order of merit.

    `left` and `right` hold the rows of each group in the order in which they are to be used. Each row is used once at
    most; the result depends on nothing but the arguments.
    """
    next_left, next_right = [0] * len(left), [0] * len(right)
    pairs: dict[tuple[int, int], Candidate] = {}
    for ours, theirs in candidates:
        count = min(len(left[ours]) - next_left[ours], len(right[theirs]) - next_right[theirs])
        for _ in range(count):
            pairs[left[ours][next_left[ours]], right[theirs][next_right[theirs]]] = (ours, theirs)
            next_left[ours] += 1
            next_right[theirs] += 1
    return pairs
