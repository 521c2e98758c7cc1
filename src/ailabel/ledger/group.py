"""Group commit: threads that write at once share one transaction, and so one flush to the disk."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from ailabel.ledger.database import Database

__all__ = ["GroupCommit"]

_Result = TypeVar("_Result")


class _Ticket(Generic[_Result]):
    """One action that waits, and what came of it."""

    def __init__(self, action: Callable[[Connection], _Result]) -> None:
        self.action = action
        self.done = False
        self.result: _Result
        self.error: BaseException | None = None


class GroupCommit:
    """Runs actions of many threads, as many as wait, in one transaction.

    Whoever comes first commits for all that have come meanwhile. Where one action fails, nothing of
    the group is kept, and each is run once more in a transaction of its own.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = threading.Lock()
        self._door = threading.Lock()
        self._waiting: list[_Ticket[Any]] = []

    def run(self, action: Callable[[Connection], _Result]) -> _Result:
        """Run an action; return its result once it is on the disk.

        Raises:
            AilabelError: the action, or the database, failed; nothing of it is kept.
        """
        ticket = _Ticket(action)
        with self._door:
            self._waiting.append(ticket)
        with self._turn:
            if not ticket.done:
                with self._door:
                    group, self._waiting = self._waiting, []
                self._commit(group)
        if ticket.error is not None:
            raise ticket.error
        return ticket.result

    def _commit(self, group: list[_Ticket[Any]]) -> None:
        try:
            with self._database.writing() as connection:
                results = [ticket.action(connection) for ticket in group]
        except Exception as error:  # noqa: BLE001 - it is handed to the one who asked
            if len(group) > 1:
                for ticket in group:
                    self._commit([ticket])
            else:
                self._settle(group[0], error)
            return
        except BaseException as error:
            for ticket in group:
                self._settle(ticket, error)
            raise
        for ticket, result in zip(group, results, strict=True):
            ticket.result = result
            ticket.done = True

    @staticmethod
    def _settle(ticket: _Ticket[Any], error: BaseException) -> None:
        ticket.error = error
        ticket.done = True
