import shutil

import pytest

from trained_base import working_in


@pytest.fixture(scope="module")
def campaigns(trained_tenth, tmp_path_factory):
    """Return the config of a copy of the tenth of CDNOW, which campaigns may change."""
    folder = tmp_path_factory.mktemp("campaigns") / "tenth"
    shutil.copytree(trained_tenth.folder, folder)
    with working_in(folder):
        yield trained_tenth.config
