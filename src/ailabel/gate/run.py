"""A run of the gate: select, survey, look, hold against the baseline, and say how it ended."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from ailabel.batch.local import work
from ailabel.config.problems import problems_of
from ailabel.errors import AilabelError
from ailabel.gate.baseline import NAME, Baseline, read_baseline, write_baseline
from ailabel.gate.cache import Cache, cache_folder
from ailabel.gate.idle import idle
from ailabel.gate.options import GateOptions
from ailabel.gate.select import select
from ailabel.gate.survey import Survey
from ailabel.gate.terms import Terms, look_in_worker
from ailabel.messages import Message
from ailabel.model.gate import GateEnd, GateFile, Stale, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from os import PathLike

    from ailabel.config import Configuration
    from ailabel.gate.looked import Looked
    from ailabel.gate.select import Selection

__all__ = ["GateRun", "check"]

_BAD: Final = 1
_BROKEN: Final = 2


def check(
    paths: str | PathLike[str] | Iterable[str | PathLike[str]] = ".",
    options: GateOptions | None = None,
) -> GateRun:
    """Check files and folders before they are published.

    For example::

        run = check("site/public", GateOptions(config="ailabel.toml"))
        stopped = [file.path for file in run if file.stops]
        if run.end().code:
            ...

    Args:
        paths: files and folders; of folders in a git repository, the files that git knows or does
            not ignore.
        options: how; its `choice` says what else there is to choose, and its paths are replaced.

    Returns:
        The files, to be gone through once, and how the run ended. Nothing is raised: what prevents
        a file from being checked is its error, and what prevents the run a problem of its end.
    """
    given = (paths,) if isinstance(paths, str | os.PathLike) else paths
    options = options or GateOptions()
    choice = replace(options.choice, paths=tuple(map(os.fsdecode, given)))
    return GateRun(replace(options, choice=choice))


class GateRun:
    """The files of a run, to be gone through once; then `end` says how it ended.

    What prevents the run as a whole is no exception but a problem of its end, so that reports are
    whole whatever happens.

    Args:
        options: what is asked for.
        home: the user's folder for caches, for trees that are no repository; None for none.
    """

    def __init__(self, options: GateOptions | None = None, *, home: str | None = None) -> None:
        self._options = options or GateOptions()
        self._home = home
        self._root = ""
        self._code = 0
        self._problems: list[Message] = []
        self._notes: list[Message] = []
        self._hidden: set[str] = set()
        self._stale: tuple[Stale, ...] = ()
        self._counts = {"declared": 0, "undeclared": 0, "unseen": 0, "told": 0}
        self._files = self._guarded()

    def __iter__(self) -> Iterator[GateFile]:
        """Yield what is said of each file, in the order of their paths."""
        return self._files

    def end(self) -> GateEnd:
        """Say how the run ended, once its files have passed."""
        for _ in self._files:  # whoever asks early gets the end all the same
            pass
        return GateEnd(
            code=_BROKEN if self._problems else self._code,
            problems=tuple(self._problems),
            notes=tuple(self._notes),
            hidden=tuple(sorted(self._hidden)),
            stale=self._stale,
            root=self._root,
        )

    def _guarded(self) -> Iterator[GateFile]:
        """Go through the files; what ends the run becomes its problem."""
        try:
            yield from self._run()
        except AilabelError as error:
            self._problems += problems_of(error)
        except OSError as error:
            reason = {"path": error.filename or "-", "reason": error.strerror or str(error)}
            self._problems.append(Message("{path}: {reason}", reason))
        except Exception as error:  # noqa: BLE001 - a report must be whole whatever happens
            reason = {"reason": f"{type(error).__name__}: {error}"}
            self._problems.append(Message("this is a defect of ailabel: {reason}", reason))

    def _run(self) -> Iterator[GateFile]:
        options = self._options
        selection = select(options.choice)
        self._root = selection.root
        self._problems += selection.problems
        self._notes += selection.notes
        if self._problems:
            return
        terms = Terms.of(selection.root, options)
        configuration = terms.load()
        cache = self._cache(selection, configuration)
        survey = Survey(selection, configuration, options, cache)
        survey.go()
        self._problems += survey.problems
        self._notes += survey.notes()
        self._check_empty(selection, survey)
        path, baseline = self._baseline(configuration)
        try:
            for found, unseen in self._looked(terms, configuration, selection, survey):
                file = baseline.settle(found, seen=not (unseen or options.implicit_only))
                self._counts["unseen"] += unseen
                self._count(file)
                yield file
        finally:
            if cache is not None:
                cache.save()
        if cache is not None and selection.whole and not self._problems:
            cache.keep([path for path, _ in survey.rows])
            cache.save()
        whole = selection.whole and options.choice.source == "tree"
        if whole and not self._problems:
            self._notes += idle(configuration, [path for path, _ in survey.rows])
        self._settle(path, baseline, whole=whole)
        self._remark()

    # -- before ------------------------------------------------------------------------------------

    def _cache(self, selection: Selection, configuration: Configuration) -> Cache | None:
        if not self._options.cache or self._options.choice.source == "staged":
            return None
        named = self._options.cache_dir or configuration.run.cache
        if named is False:
            return None
        if isinstance(named, str):
            return Cache(named, own=True)
        store = selection.repository.store if selection.repository else None
        folder = cache_folder(selection.root, store, self._home)
        return None if folder is None else Cache(folder, own=False)

    def _check_empty(self, selection: Selection, survey: Survey) -> None:
        """Let nobody take for a pass that nothing was looked at."""
        asked = self._options.choice
        if survey.rows or survey.problems or asked.source != "tree" or not asked.strict:
            return
        if not survey.excluded:
            self._problems.append(Message("there is nothing to check"))
        elif not selection.named:
            self._problems.append(Message("the configuration leaves out every file"))

    def _baseline(self, configuration: Configuration) -> tuple[str, Baseline]:
        """Read what was accepted before, if anything was."""
        named = self._options.baseline or configuration.run.baseline
        path = named or f"{self._root}/{NAME}"
        writing = self._options.update == "write"
        missing_is_fine = named is None or writing
        entries = []
        if not missing_is_fine or os.path.lexists(path):
            entries = read_baseline(path)
        today = self._options.today or time.strftime("%Y-%m-%d", time.gmtime())
        return path, Baseline(entries, today, accepting=writing)

    # -- meanwhile ---------------------------------------------------------------------------------

    def _looked(
        self, terms: Terms, configuration: Configuration, selection: Selection, survey: Survey
    ) -> Iterator[tuple[GateFile, bool]]:
        """Yield what is said of each file, known or found out now, and whether it was not seen."""
        todo = survey.todo()
        now = time.time_ns()
        fresh = self._fresh(terms, configuration, selection, todo) if todo else iter(())
        for path, known in survey.rows:
            if known is not None:
                yield _named(known.file, path), known.unseen
                continue
            looked = next(fresh)
            survey.remember(path, looked, now)
            yield looked.file, looked.unseen
        yield from ((looked.file, looked.unseen) for looked in fresh)  # ends what works for it

    def _fresh(
        self, terms: Terms, configuration: Configuration, selection: Selection, todo: list[str]
    ) -> Iterator[Looked]:
        """Look into files, in the index or in the tree."""
        jobs = configuration.run.jobs
        jobs = os.cpu_count() or 1 if jobs == 0 else jobs or 1
        if selection.blobs is not None:
            from ailabel.gate.staged import look_into_index

            with terms.looker(configuration) as looker:
                yield from look_into_index(selection, looker, todo, self._problems)
        elif jobs > 1:
            yield from work(partial(look_in_worker, terms), todo, jobs)
        else:
            with terms.looker(configuration) as looker:
                yield from work(looker.path, todo, 1, None if looker.fix else str)

    def _count(self, file: GateFile) -> None:
        if file.error is not None:
            self._code = _BROKEN
            return
        self._counts["declared"] += file.ai is not None
        self._counts["undeclared"] += file.ai is None and file.format is not None
        if not file.findings and not file.fixed:
            return
        self._counts["told"] += 1
        if file.stops or file.fixed:
            self._code = max(self._code, _BAD)
        self._hidden.update(
            item.rule for item in file.findings if item.standing is Standing.IGNORED
        )

    # -- afterwards --------------------------------------------------------------------------------

    def _settle(self, path: str, baseline: Baseline, *, whole: bool) -> None:
        """Find what is stale in the baseline, and write it anew if that was asked for."""
        stale = baseline.stale(whole=whole)
        if self._options.update is None or self._problems:
            self._stale = stale
            return
        entries = baseline.without(stale)
        write_baseline(path, entries)
        counts = {"path": path, "count": len(entries), "stale": len(stale)}
        self._notes.append(
            Message("{path} accepts {count} findings now; cleared away: {stale}", counts)
        )

    def _remark(self) -> None:
        """Say what was not looked at, and where the commands that are advised are to be typed."""
        if self._counts["told"] and os.path.realpath(os.curdir) != self._root:
            self._notes.append(
                Message("paths and commands count from {root}", {"root": self._root})
            )
        undeclared, unseen = self._counts["undeclared"], self._counts["unseen"]
        if undeclared and not self._counts["declared"]:
            self._notes.append(
                Message("nothing is declared of any file; for a first configuration: ailabel init")
            )
        elif undeclared:
            self._notes.append(
                Message("files of which nothing is declared: {count}", {"count": undeclared})
            )
        if self._options.implicit_only:
            self._notes.append(
                Message("labels that people see or hear were not asked about (--implicit-only)")
            )
        elif unseen:
            self._notes.append(
                Message(
                    "pictures, sounds and films whose recommended label nobody looked for: {count} "
                    "(--deep)",
                    {"count": unseen},
                )
            )


def _named(file: GateFile, path: str) -> GateFile:
    """Give what is known of a file its name."""
    return GateFile(
        path=path, format=file.format, ai=file.ai, explicit=file.explicit, findings=file.findings
    )
