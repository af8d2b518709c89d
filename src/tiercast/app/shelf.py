"""The scored days that the app holds open: the newest asked for, each loaded once."""

import datetime as dt
import threading
from collections import OrderedDict

from tiercast.app.scored_base import ScoredBase, identity_of, load_scored
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.schema import Config

KEPT = 3


class Shelf:
    """Hand out scored days; a day that was scored again is loaded again.

    A day that gives way stays open as long as a request holds it, and is closed with the app.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self._days: OrderedDict[dt.date, ScoredBase] = OrderedDict()
        self._retired: list[ScoredBase] = []
        self._lock = threading.Lock()

    def days(self) -> list[dt.date]:
        """Return the scored days, oldest first."""
        return OutputFolder.of(self.config).scored_dates()

    def take(self, wanted: dt.date | str | None = None) -> ScoredBase:
        """Return a scored day, by default the newest.

        Raises
        ------
        InputError
            The day was not scored.
        """
        day = OutputFolder.of(self.config).scored_day(wanted)
        identity = identity_of(self.config, day)
        with self._lock:
            held = self._days.get(day)
            if held is None or held.identity != identity:
                self._put(load_scored(self.config, day))
            self._days.move_to_end(day)
            return self._days[day]

    def close(self) -> None:
        """Remove all databases."""
        with self._lock:
            for base in (*self._retired, *self._days.values()):
                base.close()
            self._retired.clear()
            self._days.clear()

    def _put(self, base: ScoredBase) -> None:
        before = self._days.pop(base.as_of, None)
        self._days[base.as_of] = base
        first = self._days.popitem(last=False)[1] if len(self._days) > KEPT else None
        leaving = [one for one in (before, first) if one is not None]
        # A request that began before may still read the one retired last.
        for old in self._retired:
            old.close()
        self._retired = leaving
