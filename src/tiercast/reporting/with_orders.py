"""A report's inputs together with the orders before its day."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date

from tiercast.artifacts.output_folder import OutputFolder
from tiercast.config.errors import FailedError, InputError
from tiercast.config.schema import Config
from tiercast.contract.errors import DataContractError
from tiercast.feature_store.history import counted_in
from tiercast.reporting.inputs import Inputs, read_inputs
from tiercast.reporting.known_orders import known_orders
from tiercast.sources.engine import open_engine
from tiercast.sources.workspace import workspace


@contextmanager
def inputs_with_orders(config: Config, as_of: date | None = None) -> Iterator[Inputs]:
    """Return the inputs of a report with the orders before its day.

    All order lines are read, without the feature store, which has neither products nor channels.
    Where they cannot be read, `unread` says why, and the report does without.

    Raises
    ------
    InputError
        As `read_inputs`.
    """
    output = OutputFolder.of(config)
    day = output.scored_day(as_of)
    if not config.kind.has_dates:
        with workspace() as alone:
            yield read_inputs(alone, config, day)
        return
    settings = counted_in(config, output.target(day).value)
    with ExitStack() as opened:
        reason = f"engine: {config.engine}" if config.on_spark else ""
        if not reason:
            try:
                connection = opened.enter_context(open_engine(settings))
                known = known_orders(settings, connection, day)
            except (InputError, DataContractError, FailedError) as error:
                opened.close()
                reason = str(error)
        if reason:
            with workspace() as alone:
                yield replace(read_inputs(alone, config, day), unread=reason)
            return
        yield replace(read_inputs(connection, config, day), known=known)
