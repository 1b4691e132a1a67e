"""Make a bank statement and a ledger whose true matches are known.

    python make_data.py [FOLDER]

writes `bank.csv`, `ledger.sqlite` and `truth.json`; by default beside this file. Equal every time: the seed is fixed.

The truth: `exact` pairs agree in customer, amount and date; `tolerance` pairs in the customer, while the amount is off
by a few cents or the date by a few days; `fuzzy` pairs in amount and date, while the bank spells the customer
otherwise. `bank_only` and `ledger_only` have no partner; among them are the two sides of payments that differ by more
than the tolerance.
"""

from __future__ import annotations

import csv
import json
import random
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

SEED = 20261031
EXACT, TOLERANCE, FUZZY = 1400, 300, 160
BANK_ONLY, LEDGER_ONLY, TOO_FAR = 60, 80, 30
CENTS, DAYS = 5, 3
"""The largest differences within tolerance."""

FIRST = """Adler Birke Café Dorn Esche Falke Gerber Hansen Iversen Jäger Kessel Linde Möller Nordmann Ostwald Petersen
Quandt Richter Schäfer Thalberg Ulmer Vogel Weber Xanten Yildiz Zimmer Ahorn Brandt Cordes Drescher Eifel Fährmann
Grothe Hübner Ilmenau Jensen Krämer Lorenz Mertens Neumann""".split()  # noqa: SIM905 - forty lines otherwise
SECOND = ["Logistik GmbH", "Maschinenbau AG", "Druckerei", "Software Ltd", "Handels GmbH & Co. KG", "Elektro eG"]
FIRST_DAY = date(2026, 10, 1)


@dataclass(frozen=True)
class Payment:
    """One side of a payment. The amount is in cents."""

    day: date
    payee: str
    cents: int


def main(folder: Path) -> None:
    dice = random.Random(SEED)
    fresh = payments(dice)
    pairs = {
        "exact": [(one, one) for one in take(fresh, EXACT)],
        "tolerance": [(one, nearly(one, dice)) for one in take(fresh, TOLERANCE)],
        "fuzzy": [(replace(one, payee=misspelled(one.payee, dice)), one) for one in take(fresh, FUZZY)],
    }
    far = [(one, replace(one, cents=one.cents + 10 * CENTS + dice.randrange(50))) for one in take(fresh, TOO_FAR)]
    bank_only = take(fresh, BANK_ONLY) + [bank for bank, _ in far]
    ledger_only = take(fresh, LEDGER_ONLY) + [ledger for _, ledger in far]
    both = [pair for kind in pairs.values() for pair in kind]
    bank_ids = numbered("B", [bank for bank, _ in both] + bank_only, dice)
    ledger_ids = numbered("L", [ledger for _, ledger in both] + ledger_only, dice)

    folder.mkdir(parents=True, exist_ok=True)
    write_bank(folder / "bank.csv", bank_ids)
    write_ledger(folder / "ledger.sqlite", ledger_ids)
    bank_of, ledger_of = ({payment: id for id, payment in ids.items()} for ids in (bank_ids, ledger_ids))
    truth: dict[str, object] = {
        kind: dict(sorted((bank_of[bank], ledger_of[ledger]) for bank, ledger in some)) for kind, some in pairs.items()
    }
    truth["bank_only"] = sorted(bank_of[one] for one in bank_only)
    truth["ledger_only"] = sorted(ledger_of[one] for one in ledger_only)
    (folder / "truth.json").write_text(json.dumps(truth, indent=0) + "\n", encoding="utf-8")


def payments(dice: random.Random) -> Iterator[Payment]:
    """Payments whose amounts are more than a euro apart, so that no two can be taken for each other."""
    customers = [f"{first} {second}" for first in FIRST for second in dice.sample(SECOND, 3)]
    for number in dice.sample(range(10, 25_000), 10_000):
        day = FIRST_DAY + timedelta(days=dice.randrange(31))
        yield Payment(day, dice.choice(customers), 200 * number + dice.randrange(100))


def take(fresh: Iterator[Payment], count: int) -> list[Payment]:
    return [next(fresh) for _ in range(count)]


def nearly(one: Payment, dice: random.Random) -> Payment:
    """The payment as the ledger has it: some cents or days off, or both."""
    cents = dice.choice([0, *range(1, CENTS + 1)]) * dice.choice([-1, 1])
    days = dice.randint(0 if cents else 1, DAYS)
    return replace(one, cents=one.cents + cents, day=one.day - timedelta(days=days))


def misspelled(name: str, dice: random.Random) -> str:
    """The name as a bank clerk may type it."""
    first, _, rest = name.partition(" ")
    place = dice.randrange(1, len(first) - 1)
    ways = [
        f"{first[:place]}{first[place + 1]}{first[place]}{first[place + 2 :]} {rest}",
        f"{first[:place]}{first[place + 1 :]} {rest}",
        f"{first}{first[-1]} {rest}",
        f"{rest} {first}s",
        f"{first}. {rest}",
    ]
    return next(way for way in dice.sample(ways, len(ways)) if way != name)


def numbered(letter: str, payments: list[Payment], dice: random.Random) -> dict[str, Payment]:
    """The payments by day, each with an id that says nothing of its partner."""
    mixed = sorted(dice.sample(payments, len(payments)), key=lambda one: one.day)
    return {f"{letter}{number:05}": one for number, one in enumerate(mixed, 1)}


def write_bank(path: Path, payments: dict[str, Payment]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["bank_id", "date", "payee", "amount"])
        for id, one in payments.items():
            writer.writerow([id, one.day.isoformat(), one.payee, f"{one.cents // 100}.{one.cents % 100:02}"])


def write_ledger(path: Path, payments: dict[str, Payment]) -> None:
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(
            "CREATE TABLE entries (ledger_id TEXT PRIMARY KEY, booked TEXT NOT NULL, customer TEXT NOT NULL, "
            "cents INTEGER NOT NULL) WITHOUT ROWID"
        )
        rows = [(id, one.day.isoformat(), one.payee, one.cents) for id, one in payments.items()]
        connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?)", rows)
    connection.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
