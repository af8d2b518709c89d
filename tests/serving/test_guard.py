"""A service with a token."""

import pytest

from trained_base import working_in


@pytest.fixture(scope="module")
def guarded(trained_tenth, service_of):
    with working_in(trained_tenth.folder), service_of(trained_tenth, "geheim") as client:
        yield client


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "x"}])
def test_who_has_no_token_is_refused(guarded, given):
    response = guarded.get("/totals", headers=given)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_who_has_the_token_is_answered_by_any_name(guarded):
    headers = {"Authorization": "Bearer geheim", "Host": "scores.example"}
    assert guarded.get("/totals", headers=headers).status_code == 200


def test_a_probe_needs_no_token(guarded):
    assert guarded.get("/health", headers={}).status_code == 200
