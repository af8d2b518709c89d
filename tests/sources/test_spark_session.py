import pytest

from tiercast.config.errors import InputError
from tiercast.sources.spark_session import check_java


@pytest.fixture
def only(tmp_path, monkeypatch):
    """Return a function that makes a script the only `java` there is."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    def install(version):
        java = tmp_path / "java"
        java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
        java.chmod(0o755)
        return java

    return install


@pytest.mark.usefixtures("only")
def test_a_machine_without_java_is_refused_with_how_to_get_it():
    with pytest.raises(InputError, match=r"no `java` on the PATH.*apt-get install openjdk-17"):
        check_java()


@pytest.mark.parametrize("version", ["1.8.0_412", "11.0.20"])
def test_an_old_java_is_refused_with_its_version(only, version):
    only(version)
    with pytest.raises(InputError, match=rf"needs Java 17 or 21, but .*{version}.*adoptium"):
        check_java()


@pytest.mark.parametrize("version", ["17.0.15", "21"])
def test_a_java_that_spark_knows_is_taken(only, version):
    only(version)
    check_java()


def test_java_home_goes_first(only, monkeypatch, tmp_path):
    only("17.0.1")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "elsewhere"))
    with pytest.raises(InputError, match="Spark needs Java"):
        check_java()
