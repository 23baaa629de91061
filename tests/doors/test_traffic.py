"""What marketplaces count by tag: the report of both sides, marking links, and a table of a cabinet
from the file to the rows."""

import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from attribution.connectors.base import TagCount, TrafficSnapshot
from attribution.models import Connection, TagDay, TagUpload
from attribution.services.connections import connection_create, connection_token_change
from attribution.services.traffic import traffic_apply
from campaigns.models import TrafficTag
from core.accounts.models import User
from core.errors import Invalid
from core.tenancy.context import acting_as
from tests.doors.conftest import brand_of, count, marketplace_id, the
from tests.doors.test_exports import table
from tests.sandbox.process import sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]
READ_AT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
TITLES = ["Дата", "utm_campaign", "Переходы", "Заказано, шт.", "Выручка"]
NBSP = "\u00a0"


def counted(workplace, source="ozon_traffic", currency="RUB", **counts) -> Connection:
    """Two days of Aliya's link and one of the brand's own campaign."""
    with acting_as(system="test data"):
        connection = Connection.objects.create(
            brand_id=workplace.cast.tulpar.brand, source=source, name="Traffic", secrets="[]"
        )
        tag = f"vendor_org_42_birge-{workplace.cast.tulpar.token}"
        rows = (
            TagCount(DAY, tag, 10, 2, 398_050),
            TagCount(DAY - timedelta(days=1), tag, 4, None, None),
            TagCount(DAY, "vendor_org_42_summer", 7, 1, 100),
        )
        traffic_apply(
            connection,
            TrafficSnapshot(source_updated_at=READ_AT, currency=currency, counts=rows),
        )
    return connection


def portal_get(workplace, name="traffic", args=(), **query):
    """As Aliya."""
    client = Client()
    client.force_login(User.objects.get(pk=workplace.cast.tulpar.person))
    with override("en"):
        return client.get(reverse(f"portal:{name}", args=args), query)


# --- The report -----------------------------------------------------------------------------


def test_a_brand_reads_sums_by_influencer_and_day_and_its_other_tags_apart(workplace):
    counted(workplace)
    page = workplace.page("traffic")
    (person,) = page.people
    assert (person.source, person.visits, person.ordered) == ("Ozon", 14, 2)
    assert person.amount == f"3{NBSP}980,50{NBSP}₽"
    assert [(row.day, row.visits, row.ordered, row.amount) for row in page.days] == [
        (DAY, 10, 2, f"3{NBSP}980,50{NBSP}₽"),
        (DAY - timedelta(days=1), 4, None, ""),
    ]
    assert page.others == "Other tags of yours, which are none of Birge's: 1, visits: 7."
    assert "nothing is paid from them" in page.pays


def test_an_influencer_reads_the_rows_of_their_own_links_only(workplace):
    counted(workplace)
    page = portal_get(workplace).context["page"]
    assert [row.visits for row in page.days] == [10, 4]
    assert page.others == ""
    other = portal_get(workplace, campaign="not-an-id")
    assert other.status_code == 200
    with acting_as(system="test data"):
        TagDay.objects.filter(influencer__isnull=False).update(
            influencer=workplace.cast.sauran.influencer
        )
    assert portal_get(workplace).context["page"].state == "none"


def test_before_anything_was_counted_the_page_says_what_to_do(workplace):
    page = workplace.page("traffic")
    assert (page.state, page.connect_url) == ("none", workplace.url("integrations"))
    counted(workplace)
    assert workplace.page("campaign", workplace.live).traffic_url.endswith(str(workplace.live))
    narrowed = workplace.page("traffic", campaign=str(workplace.live))
    assert (narrowed.state, narrowed.others) == ("shown", "")
    with acting_as(system="test data"):
        TagDay.objects.update(participation=None, campaign=None, influencer=None)
    assert workplace.page("traffic", campaign=str(workplace.live)).state == "nothing"


def test_the_table_to_take_away_has_every_day_and_its_grade(workplace):
    counted(workplace)
    answer = workplace.get("traffic_csv")
    header, *rows = table(answer)
    assert header[-1] == "Evidence grade"
    assert [(row[0], *row[4:]) for row in rows] == [
        ("2026-11-20", "10", "2", "3980,50", "RUB", "C"),
        ("2026-11-19", "4", "", "", "RUB", "C"),
    ]
    assert len(table(portal_get(workplace, "traffic_csv"))) == 3


# --- Connecting Ozon's report ---------------------------------------------------------------


@pytest.fixture
def ozon(workplace, sandbox, settings):
    settings.SANDBOX_URL = sandbox.url
    return sandbox.control("ozon/performance/account", {})


def connect(workplace, own, **changes):
    given = {"client_id": own["client_id"], "token": own["secret"], "tag": own["tag"]} | changes
    return connection_create(brand=brand_of(workplace), source="ozon_traffic", name="Ozon", **given)


def test_connecting_ozons_report_asks_ozon_and_marks_the_links(workplace, ozon):
    answer = workplace.post(
        "connection_new",
        "ozon_traffic",
        name="Ozon",
        client_id=ozon["client_id"],
        token=ozon["secret"],
        tag=" Vendor_Org_42_ ",
    )
    assert answer.status_code == 302
    assert the(TrafficTag, platform="ozon").start == "vendor_org_42_"
    made = the(Connection, source="ozon_traffic")
    assert made.settings["seller_id"] == "vendor_org_42"
    with acting_as(system="test"):
        assert [cursor.endpoint for cursor in made.cursors.all()] == ["tags"]
    page = workplace.page("connection", made.public_id)
    assert page.tags_url == workplace.url("traffic")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"token": "wrong"}, "token"),
        ({"token": "two words"}, "token"),
        ({"client_id": ""}, "client_id"),
        ({"tag": "org_42"}, "tag"),
        ({"tag": "vendor_org_43"}, "tag"),
    ],
)
def test_what_cannot_be_right_is_refused_at_its_field_and_nothing_is_kept(
    workplace, ozon, changes, field
):
    with pytest.raises(Invalid) as refused:
        connect(workplace, ozon, **changes)
    assert list(refused.value.fields) == [field]
    assert (count(Connection, source="ozon_traffic"), count(TrafficTag)) == (0, 0)


def test_a_new_secret_is_of_the_client_that_is_known(workplace, ozon, sandbox):
    made, _none = connect(workplace, ozon)
    sandbox.control("ozon/performance/account", {"secret": "second"})
    connection_token_change(connection_id=made.pk, token="second")
    assert the(Connection, pk=made.pk).token == "second"


# --- A table of Wildberries' cabinet --------------------------------------------------------


def test_links_to_wildberries_are_marked_with_the_number_of_the_cabinet(workplace):
    place = marketplace_id(workplace)
    refused = workplace.post("connection_tag_start", place, number="7a")
    assert refused.status_code == 422
    assert workplace.page("connection_tags", place).example == ""
    assert workplace.post("connection_tag_start", place, number="77").status_code == 302
    assert workplace.page("connection_tags", place).example == "utm_campaign=77-id-birge-…"
    assert workplace.page("connection", place).tags_url == workplace.url("connection_tags", place)


def sheet(*rows, titles=TITLES) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet()
    for row in (["Внешний трафик"], titles, *rows):
        page.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def uploaded(workplace, raw: bytes, name="traffic.xlsx") -> tuple:
    """(the connection's id, the upload's) of a file that was read."""
    place = marketplace_id(workplace)
    file = SimpleUploadedFile(name, raw)
    answer = workplace.post("connection_tags", place, file=file)
    assert answer.status_code == 302, answer.context["form"].errors
    with acting_as(system="test"):
        return place, TagUpload.objects.latest("pk").public_id


def test_a_table_is_looked_at_and_stored_once_and_its_columns_are_remembered(workplace):
    tag = f"77-id-birge-{workplace.cast.tulpar.token}"
    raw = sheet([DAY, tag, 10, 2, 1990.5], [DAY, "summer", 1, 0, 0], ["x", tag, 1, 1, 1])
    where = uploaded(workplace, raw)
    page = workplace.page("connection_tag_check", *where)
    assert [(row.visits, row.ordered, row.amount) for row in page.sums] == [
        (10, 2, f"1{NBSP}990,50{NBSP}₽")
    ]
    assert [(fault.row, fault.text) for fault in page.errors] == [(5, "is no date")]
    assert count(TagDay) == 0  # looked at, and nothing more
    columns = {"day": 0, "tag": 1, "visits": 3, "ordered": 2, "amount": "", "currency": "KZT"}
    answer = workplace.post("connection_tag_check", *where, action="store", **columns)
    assert answer.status_code == 302
    row = the(TagDay, tag=tag)
    assert (row.visits, row.ordered, row.amount_minor, row.currency) == (2, 10, None, "KZT")
    assert row.participation_id == workplace.cast.tulpar.participation
    again = workplace.post("connection_tag_check", *where, action="store", **columns)
    assert (again.status_code, count(TagDay)) == (200, 2)
    assert the(TagUpload).content == b"{}"
    # The next file begins with what the brand said of this one
    where = uploaded(workplace, raw)
    form = workplace.get("connection_tag_check", *where).context["form"]
    assert form.columns() == {"day": 0, "tag": 1, "visits": 3, "ordered": 2}


def test_a_csv_of_excel_is_read_too(workplace):
    raw = "Дата;utm_campaign;Переходы\r\n20.11.2026;77-id-birge-x1y2;3\r\n".encode("cp1251")
    where = uploaded(workplace, raw, "traffic.csv")
    answer = workplace.post("connection_tag_check", *where, action="store")
    assert answer.status_code == 302
    assert the(TagDay).visits == 3


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"day": ""}, "This field is required."),
        ({"tag": 0}, "One column cannot be two things."),
        ({"tag": 9}, "Select a valid choice"),
    ],
)
def test_columns_that_cannot_be_are_refused_in_words(workplace, columns, said):
    where = uploaded(workplace, sheet([DAY, "a", 1, 1, 1]))
    given = {"day": 0, "tag": 1, "visits": 2, "currency": "RUB", "action": "store"} | columns
    answer = workplace.post("connection_tag_check", *where, **given)
    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors)
    assert count(TagDay) == 0


@pytest.mark.parametrize("raw", [b"PK\x03\x04", b"\x00\x01", b"x", b"a;b\n", sheet()])
def test_a_file_that_is_no_table_is_refused(workplace, raw):
    answer = workplace.post(
        "connection_tags", marketplace_id(workplace), file=SimpleUploadedFile("x.csv", raw)
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert count(TagUpload) == 0


def test_an_older_file_does_not_undo_what_a_newer_one_said(workplace):
    first = uploaded(workplace, sheet([DAY, "a", 1, 1, 1]))
    with acting_as(system="test data"):
        TagUpload.objects.update(created_at=READ_AT)
    second = uploaded(workplace, sheet([DAY, "a", 5, 1, 1]))
    for where in (second, first):
        workplace.post("connection_tag_check", *where, action="store")
    assert the(TagDay).visits == 5
