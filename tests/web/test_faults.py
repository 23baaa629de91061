"""Pages that say what went wrong."""

from __future__ import annotations

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

from exchange.web import views

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_missing_page_is_404_in_the_language_of_its_address(client, language):
    answer = client.get(f"/{language}/no/such/page/")
    assert answer.status_code == 404
    assert f'<html lang="{language}">' in answer.text
    assert "404" in answer.text


def test_broken_text_is_400_before_anything_reads_it(client):
    answer = client.get("/kk/start/?q=%00")
    assert answer.status_code == 400
    assert "build/app.css" in answer.text


def test_a_stale_form_says_that_nothing_changed():
    answer = Client(enforce_csrf_checks=True).post("/en/language/", {"language": "ru"})
    assert answer.status_code == 403
    assert "Nothing was changed." in answer.text


def test_a_page_without_access_is_403():
    request = request_of("/en/x/")
    assert views.forbidden(request, PermissionError()).status_code == 403


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_page_of_our_own_fault_needs_nothing(language, django_assert_num_queries):
    with translation.override(language), django_assert_num_queries(0):
        text = render_to_string("500.html")
    assert f'<html lang="{language}">' in text
    assert f'href="/{language}/"' in text


def test_our_own_fault_is_500():
    assert views.server_error(request_of("/en/x/")).status_code == 500


def request_of(path: str) -> HttpRequest:
    return RequestFactory().get(path)
