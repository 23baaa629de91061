import pytest

from influencers.domain.handle import HandleError, handle_parse


@pytest.mark.parametrize(
    ("text", "handle"),
    [
        ("@Aliya.Beauty", "aliya.beauty"),
        ("aliya", "aliya"),
        ("  @aliya_1 ", "aliya_1"),
        ("https://www.instagram.com/aliya.beauty/?igsh=abc", "aliya.beauty"),
        ("instagram.com/aliya", "aliya"),
        ("https://www.tiktok.com/@aliya", "aliya"),
        ("t.me/aliya", "aliya"),
        ("https://youtube.com/@әлия", "әлия"),
    ],
)
def test_a_pages_name_out_of_what_people_paste(text, handle):
    assert handle_parse(text) == handle


@pytest.mark.parametrize("text", ["", "@", "two words", "https://instagram.com/", "a" * 81, "<b>"])
def test_what_is_no_page(text):
    with pytest.raises(HandleError):
        handle_parse(text)
