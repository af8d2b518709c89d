"""How pydantic stores a model's parts in JSON: arrays as lists.

Every number comes back to the last bit.
"""

from functools import partial
from typing import Annotated

import numpy as np
from pydantic import PlainSerializer, PlainValidator

from tiercast.arrays import FloatArray, IntArray

_AS_LIST = PlainSerializer(lambda array: array.tolist())

StoredFloats = Annotated[FloatArray, PlainValidator(partial(np.asarray, dtype=float)), _AS_LIST]
StoredInts = Annotated[IntArray, PlainValidator(partial(np.asarray, dtype=int)), _AS_LIST]
