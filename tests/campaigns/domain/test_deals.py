"""What posts at a fixed fee cost, and where they live."""

from datetime import date

import pytest

from campaigns.domain.deals import (
    DealMoney,
    LinkFault,
    ReturnCode,
    again_until,
    post_link_fault,
    post_link_key,
    return_needs_note,
)
from campaigns.domain.places import Place
from ledger.domain.fees import Reserve

POST = 1_000_003


def test_a_deal_costs_what_its_posts_cost_together():
    money = DealMoney(POST, 1_500, 1_600)
    assert money.of_posts(0) == Reserve()
    assert money.of_posts(3) == Reserve(3_000_009, 450_001, 72_000)
    steps = [money.between(n, n + 1) for n in range(3)]
    assert [step.fee_minor for step in steps] == [150_000, 150_001, 150_000]
    assert [step.vat_minor for step in steps] == [24_000, 24_000, 24_000]


@pytest.mark.parametrize("post_minor", [1, 3, 33, 333_333, 1_000_003, 99_999_999])
def test_any_order_of_accepting_and_releasing_ends_at_zero(post_minor):
    money = DealMoney(post_minor, 1_234, 1_600)
    for accepted in range(8):
        held, earned, live = money.of_posts(7).total_minor, 0, 7
        for turn in range(7):  # by turns, as long as there are posts of that end
            if (turn % 2 and earned < accepted) or live == accepted:
                held -= money.between(earned, earned + 1).total_minor
                earned += 1
            else:
                held -= money.between(live - 1, live).total_minor
                live -= 1
            assert held >= 0
        assert (held, earned, live) == (0, accepted, accepted)


@pytest.mark.parametrize(
    ("url", "place", "fault"),
    [
        ("https://www.instagram.com/p/ABC/", Place.INSTAGRAM, None),
        ("http://instagram.com/reel/ABC", Place.INSTAGRAM, None),
        ("https://vm.tiktok.com/ZM1/", Place.TIKTOK, None),
        ("https://youtu.be/x", Place.YOUTUBE, None),
        ("https://t.me/aliya/12", Place.TELEGRAM, None),
        ("https://blog.example/post", Place.OWN_SITE, None),
        ("", Place.INSTAGRAM, LinkFault.NO_LINK),
        ("instagram.com/p/1", Place.INSTAGRAM, LinkFault.NO_LINK),
        ("ftp://instagram.com/p/1", Place.INSTAGRAM, LinkFault.NO_LINK),
        ("javascript:alert(1)", Place.OWN_SITE, LinkFault.NO_LINK),
        ("https://[", Place.INSTAGRAM, LinkFault.NO_LINK),
        ("https://localhost/p/1", Place.OWN_SITE, LinkFault.NO_LINK),
        ("https://instagram.com/a b", Place.INSTAGRAM, LinkFault.NO_LINK),
        ("https://tiktok.com/@a/video/1", Place.INSTAGRAM, LinkFault.OTHER_PLACE),
        ("https://instagram.com.evil.example/p/1", Place.INSTAGRAM, LinkFault.OTHER_PLACE),
        ("https://notinstagram.com/p/1", Place.INSTAGRAM, LinkFault.OTHER_PLACE),
        ("https://instagram.com@evil.example/p/1", Place.INSTAGRAM, LinkFault.OTHER_PLACE),
    ],
)
def test_a_link_is_one_of_the_agreed_place(url, place, fault):
    assert post_link_fault(url, place) is fault


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.instagram.com/p/ABC/?igsh=1", "http://instagram.com/p/ABC"),
        ("https://instagram.com/reel/ABC/", "https://www.instagram.com/aliya/p/ABC/"),
        ("https://www.youtube.com/watch?v=XyZ&t=4", "https://youtu.be/XyZ?si=1"),
        ("https://youtube.com/shorts/XyZ", "https://m.youtube.com/watch?app=1&v=XyZ"),
        ("https://www.tiktok.com/@a/video/1?lang=kk", "https://tiktok.com/@a/video/1/"),
        ("https://vk.com/wall-1_2", "https://www.vk.com/wall-1_2#r"),
    ],
)
def test_one_post_has_one_key_however_it_is_written(one, other):
    assert post_link_key(one) == post_link_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://instagram.com/p/ABC", "https://instagram.com/p/abc"),
        ("https://youtube.com/watch?v=1", "https://youtube.com/watch?v=2"),
        ("https://vk.com/feed?w=wall1_1", "https://vk.com/feed?w=wall1_2"),
        ("https://instagram.com/stories/aliya/1", "https://instagram.com/stories/aliya/2"),
    ],
)
def test_two_posts_have_two_keys(one, other):
    assert post_link_key(one) != post_link_key(other)


def test_a_returned_post_has_three_days_at_least():
    assert again_until(date(2026, 11, 30), date(2026, 11, 20)) == date(2026, 11, 30)
    assert again_until(date(2026, 11, 30), date(2026, 11, 30)) == date(2026, 12, 3)


def test_what_no_number_says_needs_words():
    assert [return_needs_note(code) for code in ReturnCode] == [False, True, True]
