"""Read a stored model of any kind; a kind other than orders is named in the text."""

import json

from tiercast.modeling.customer_model import CustomerModel
from tiercast.modeling.label_model import KIND, LabelModel
from tiercast.modeling.tiered_model import TieredModel


def read_model(text: str) -> TieredModel:
    """Return the model that `to_json` wrote; runs no code from the text.

    Raises
    ------
    InputError
        The model has another format, or a plugin that it needs is not installed.
    """
    if text.startswith(HEAD):
        return LabelModel.from_stored(json.loads(text))
    return CustomerModel.from_json(text)


HEAD = json.dumps({"kind": KIND}, indent=1).removesuffix("\n}")  # how the text of one begins
