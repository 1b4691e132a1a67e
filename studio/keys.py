"""The keys of an installation: which ring opens what its store holds, and how that ring is changed.

The ring is read anew whenever it is used, while credentials are held: so nothing is ever encrypted with a key that a
rotation is about to drop.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from studio.exceptions import UserError, VaultError
from studio.store.credentials import HeldCredentials, StoredCredential
from studio.store.store import Store
from studio.vault.envelope import Place, check_canary, decrypt_secret, key_id_of, make_canary, rewrap
from studio.vault.ring import KeyFile, Ring

logger = logging.getLogger(__name__)

PAGE = 100
"""Credentials that are looked at in one transaction."""
NO_RING = (
    "Credentials need keys, and where several services share a store nobody makes them unasked.",
    "`millrace keys new` makes one: set MILLRACE_KEYS to it, or MILLRACE_KEY_FILE to a file that holds it, everywhere.",
)
NO_CANARY = (
    "Credentials are stored, but nothing tells whether these keys are the right ones: the canary is gone.",
    "Restore the table `canary`, or run `millrace keys rotate`: it makes a new one if the keys open everything.",
)


@dataclass(frozen=True)
class Broken:
    """A credential that the ring does not open, and why."""

    credential: StoredCredential
    why: VaultError


@dataclass(frozen=True)
class KeyCheck:
    """Which keys the ring has, how many credentials are under each, and what it does not open."""

    ids: tuple[str, ...] = ()
    """Of the ring, the primary first."""
    in_use: Counter[str] = field(default_factory=Counter)
    canary: str = ""
    """The key that the canary is under."""
    broken: list[Broken] = field(default_factory=list)
    trouble: VaultError | None = None
    """What is wrong with the ring as a whole."""

    @property
    def ok(self) -> bool:
        return not self.broken and self.trouble is None

    @property
    def unused(self) -> list[str]:
        """Keys of the ring that nothing needs any more."""
        return [id for id in self.ids[1:] if id not in self.in_use and id != self.canary]


@dataclass
class Rotation:
    """What a rotation did: credentials that got the new key, and those that it had to leave."""

    rewrapped: int = 0
    broken: list[Broken] = field(default_factory=list)
    ring: tuple[str, ...] = ()
    """Ids of its keys afterwards, the primary first."""


class Keys:
    """The ring that was `given`, or that lies in a file. `file` is None where there is no good place for one."""

    def __init__(self, store: Store, given: Ring | None, file: Path | None) -> None:
        self.store = store
        self.given = given
        self.file = None if given or not file else KeyFile(file)

    @property
    def embedded(self) -> bool:
        """Whether nobody but this installation uses the store."""
        return self.store.database.is_sqlite

    def ring(self) -> Ring:
        """The ring as it is now. Raises :class:`VaultError` if there is none."""
        return self._ring(stored=True)

    def ring_for(self, held: HeldCredentials) -> Ring:
        """The ring to encrypt with. With the first credential comes the canary and, in embedded mode, the first key.

        Raises :class:`VaultError` if it is not the ring that the others were encrypted with.
        """
        canary = held.canary()
        stored = canary is not None or bool(held.page("", 1))
        ring = self._ring(stored=stored)
        if canary is not None:
            _require(canary, ring)
        elif stored:
            raise VaultError(NO_CANARY[0], cure=NO_CANARY[1])
        else:
            held.keep_canary(make_canary(ring))
        return ring

    def require(self) -> None:
        """Raise :class:`VaultError` if something is encrypted and the ring is another, or none."""
        canary = self.store.credentials.canary()
        if canary is not None:
            _require(canary, self.ring())

    def make_first(self) -> bool:
        """Make the key file, if there is none; whether it was made."""
        if self.file is None:
            raise VaultError("There is no key file to be made.", cure="Unset MILLRACE_KEYS and set MILLRACE_KEY_FILE.")
        with self.store.credentials.changing() as held:
            return self.file.make_first(ciphertext_exists=_anything(held))[1]

    def check(self) -> KeyCheck:
        """Open everything that is stored."""
        with self.store.credentials.using() as held:
            if not _anything(held):
                return KeyCheck()
        try:
            return self._checked(self.ring())
        except VaultError as error:
            return KeyCheck(trouble=error)

    def rotate(self) -> Rotation:
        """Put everything under the primary key. In embedded mode that is a new one in the key file, and those that
        nothing needs any more are dropped. Elsewhere the file may have copies, and people change it.

        Any number may do this at once, and one may be killed at any moment: whoever comes next goes on, and makes no
        other new key before everything is under the last one. A credential that cannot be opened keeps its key.
        """
        self._begin()
        done = Rotation()
        after = ""
        while rows := self._rewrap(after, done):
            after = rows[-1].id
        self._finish(done)
        return done

    def _ring(self, *, stored: bool) -> Ring:
        if self.given is not None:
            return self.given
        if self.file is None or not (stored or self.embedded or self.file.path.exists()):
            raise VaultError(NO_RING[0], cure=NO_RING[1])
        ring, made = self.file.make_first(ciphertext_exists=stored)
        if made:
            logger.warning(
                "The key of the credentials was made: keep a copy of %s in a safe place. Without it they are lost.",
                self.file.path,
            )
        return ring

    def _checked(self, ring: Ring) -> KeyCheck:
        canary = self.store.credentials.canary()
        found = KeyCheck(ring.ids, canary="".join(_ids([canary])), trouble=_trouble(canary, ring))
        after = ""
        while True:
            with self.store.credentials.using() as held:
                rows, ring = held.page(after, PAGE), self.ring()
            if not rows:
                return found
            found.in_use.update(_ids([row.ciphertext for row in rows]))
            found.broken.extend(broken for row in rows if (broken := _broken(row, ring)))
            after = rows[-1].id

    def _begin(self) -> None:
        with self.store.credentials.changing() as held:
            if not _anything(held):
                raise UserError("There is nothing to rotate: no credential is stored.")
            ring = self.ring()
            canary = held.canary()
            if canary is not None:
                _require(canary, ring)
            if self.file is not None and self.embedded and all(id == ring.primary.id for id in _all_ids(held)):
                self.file.add_primary()

    def _rewrap(self, after: str, done: Rotation) -> list[StoredCredential]:
        with self.store.credentials.changing() as held:
            rows, ring, fresh = held.page(after, PAGE), self.ring(), {}
            for row in rows:
                try:
                    fresh[row.id] = rewrap(row.ciphertext, ring)
                except VaultError as error:
                    done.broken.append(Broken(row, named(row, error)))
            changed = {row.id: fresh[row.id] for row in rows if fresh.get(row.id, row.ciphertext) != row.ciphertext}
            held.rewrap(changed)
        done.rewrapped += len(changed)
        return rows

    def _finish(self, done: Rotation) -> None:
        """The canary, and then the keys that nobody needs: not one, while something could not be opened.

        Before a key goes, what no longer needs it is on the disk.
        """
        with self.store.credentials.changing(durable=True) as held:
            ring = self.ring()
            canary = held.canary()
            if canary is not None:
                held.keep_canary(rewrap(canary, ring))
            elif not done.broken and held.page("", 1):
                held.keep_canary(make_canary(ring))
        with self.store.credentials.changing() as held:
            if self.file is not None and self.embedded and not done.broken:
                self.file.drop_unused({id for id in _all_ids(held) if id})
            done.ring = self.ring().ids


def place_of(*, id: str, project: str, environment: str, name: str, type: str) -> Place:
    """Where a credential's ciphertext belongs. Moved, renamed or said to be of another type, it does not open."""
    parts = (project, environment, name, type)
    return Place("credential", "ciphertext", id, "".join(f"{len(part)}:{part}" for part in parts))


def opened(row: StoredCredential, ring: Ring) -> bytes:
    """What is encrypted there. Raises :class:`VaultError`, which names the credential."""
    place = place_of(id=row.id, project=row.project, environment=row.environment, name=row.name, type=row.type)
    try:
        return decrypt_secret(row.ciphertext, place, ring)
    except VaultError as error:
        raise named(row, error) from error


def named(row: StoredCredential, error: VaultError) -> VaultError:
    message = f"The credential {row.name!r} in {row.environment} does not open. {error.message}"
    return VaultError(message, cure=error.cure)


def _require(canary: str, ring: Ring) -> None:
    if (trouble := _trouble(canary, ring)) is not None:
        raise trouble


def _trouble(canary: str | None, ring: Ring) -> VaultError | None:
    if canary is None:
        return VaultError(NO_CANARY[0], cure=NO_CANARY[1])
    try:
        check_canary(canary, ring)
    except VaultError as error:
        return VaultError(f"The keys are not those of this store. {error.message}", cure=error.cure)
    return None


def _broken(row: StoredCredential, ring: Ring) -> Broken | None:
    try:
        opened(row, ring)
    except VaultError as error:
        return Broken(row, error)
    return None


def _anything(held: HeldCredentials) -> bool:
    return held.canary() is not None or bool(held.page("", 1))


def _all_ids(held: HeldCredentials) -> Iterator[str]:
    """Of the keys of everything that is stored."""
    yield from _ids([held.canary()])
    after = ""
    while rows := held.page(after, PAGE):
        yield from _ids([row.ciphertext for row in rows])
        after = rows[-1].id


def _ids(ciphertexts: list[str | None]) -> Iterator[str]:
    """Empty for what is no ciphertext."""
    for ciphertext in ciphertexts:
        try:
            if ciphertext is not None:
                yield key_id_of(ciphertext)
        except VaultError:
            yield ""
