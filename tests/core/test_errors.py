"""One refused rule, told as a page, a fragment, JSON and a message of a form."""

import json

import pytest
from django import forms

from core.errors import DomainError, Forbidden, Invalid, NotFound
from core.forms import form_refuse
from exchange.api.errors import exception_handler


class NoMoney(DomainError):
    """There is not enough."""

    code = "no_money"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NoMoney("Missing: 100 ₸"), 409, "no_money"),
        (NotFound("No such thing."), 404, "not_found"),
        (Invalid("Wrong.", fields={"bin": ["Twelve digits."]}), 422, "invalid"),
        (Forbidden("Not you."), 403, "forbidden"),
        (DomainError("No.", code="own_word"), 409, "own_word"),
    ],
)
def test_as_json(error, status, code):
    response = exception_handler(error, {})
    fields = {name: [str(text) for text in texts] for name, texts in error.fields.items()}
    assert response.status_code == status
    assert json.loads(json.dumps(response.data)) == {
        "code": code,
        "message": str(error),
        "errors": fields,
    }


def test_a_code_of_one_error_does_not_stick_to_its_class():
    assert DomainError("x", code="own_word").code == "own_word"
    assert DomainError("y").code == "refused"


class BinForm(forms.Form):
    number = forms.CharField()


def test_at_the_field_of_a_form_or_above_it():
    form = BinForm({"number": "1"})
    assert form.is_valid()
    form_refuse(form, Invalid("Wrong.", fields={"bin": ["Twelve digits."]}), {"bin": "number"})
    form_refuse(form, NoMoney("Missing: 100 ₸"))
    assert form.errors == {"number": ["Twelve digits."], "__all__": ["Missing: 100 ₸"]}
