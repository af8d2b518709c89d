"""Parts of models as a stored model holds them."""

import json

from pydantic import TypeAdapter


def stored(part):
    """Return a part as plain data of JSON."""
    return json.loads(json.dumps(TypeAdapter(type(part)).dump_python(part, mode="json")))


def read_back(part):
    """Return a part stored as JSON and read again."""
    return TypeAdapter(type(part)).validate_python(stored(part))
