"""Text in a config: paths, addresses and names, never blank."""

from typing import Annotated

from pydantic import ValidatorFunctionWrapHandler, WrapValidator

from tiercast.config.environment import Expanded


def _read(given: object, read: ValidatorFunctionWrapHandler) -> str:
    text: str = read(given)
    if not text.strip():
        raise ValueError("must not be blank; give it a value, or leave the key out")
    if "\0" in text:
        raise ValueError("must not hold a zero byte; take it out")
    return given if isinstance(given, Expanded) else text


Text = Annotated[str, WrapValidator(_read)]
