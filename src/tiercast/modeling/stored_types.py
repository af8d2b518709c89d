"""How pydantic stores a model's parts in JSON: arrays as lists, trees as LightGBM's text.

Reading runs no code from the model, and every number comes back to the last bit.
"""

from functools import partial
from typing import Annotated

import lightgbm as lgb
import numpy as np
from pydantic import PlainSerializer, PlainValidator

from tiercast.arrays import FloatArray, IntArray

_AS_LIST = PlainSerializer(lambda array: array.tolist())

StoredFloats = Annotated[FloatArray, PlainValidator(partial(np.asarray, dtype=float)), _AS_LIST]
StoredInts = Annotated[IntArray, PlainValidator(partial(np.asarray, dtype=int)), _AS_LIST]
StoredTrees = Annotated[
    lgb.Booster,
    PlainValidator(lambda text: lgb.Booster(model_str=text)),
    PlainSerializer(lambda booster: booster.model_to_string()),
]
