"""How MLflow serves a stored model: it keeps this script, readable, beside the model's data.

tiercast's own code lies beside it, too (`code/`); nothing is unpickled.
"""

from pathlib import Path

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel, PythonModelContext

from tiercast.artifacts.model_folder import load_model


class ServedModel(PythonModel):
    """Features of customers in, the model's own scores out."""

    def load_context(self, context: PythonModelContext) -> None:
        """Read the model's folder once, before the first prediction."""
        self.model = load_model(Path(context.artifacts["model"]))

    def predict(
        self,
        context: PythonModelContext,
        model_input: pd.DataFrame,
        params: dict[str, object] | None = None,
    ) -> pd.DataFrame:
        """Return one row per customer of `model_input`, in its order.

        Tiers are sized over the rows of one call: send the whole base for the batch job's tiers.
        """
        days = pd.to_datetime(model_input["as_of"]).dt.date
        return self.model.predict(model_input.assign(as_of=days))


set_model(ServedModel())
