"""Both trained bases in turn."""

import pytest


@pytest.fixture(params=["trained_tenth", "trained_shop"])
def trained(request):
    """Return one base after the other: whole ids and matched tiers, text and most probable."""
    return request.getfixturevalue(request.param)
