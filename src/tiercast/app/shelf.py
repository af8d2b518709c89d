"""The scored days that the app holds open: the newest asked for, each loaded once."""

import datetime as dt
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from tiercast.app.scored_base import ScoredBase, load_scored
from tiercast.app.whole_day import identity_of
from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.schema import Config

KEPT = 3


@dataclass
class HeldDay:
    """The place of a scored day: the first who asks loads it, others of that day wait."""

    identity: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    base: ScoredBase | None = None

    def loaded(self, config: Config, day: dt.date) -> ScoredBase:
        """Return the day."""
        with self.lock:
            if self.base is None:
                self.base = load_scored(config, day)
            return self.base


class Shelf:
    """Hand out scored days; a day that was scored again is loaded again.

    A day that gives way stays open as long as a request holds it.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self._places: OrderedDict[dt.date, HeldDay] = OrderedDict()
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
            place = self._places.get(day)
            if place is None or place.identity != identity:
                place = self._places[day] = HeldDay(identity)
            self._places.move_to_end(day)
            if len(self._places) > KEPT:
                self._places.popitem(last=False)
        return place.loaded(self.config, day)

    def close(self) -> None:
        """Let go of all days."""
        with self._lock:
            self._places.clear()
