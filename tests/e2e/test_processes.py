"""Before any story: the processes that `make e2e` started are there, each behind its own door."""


def test_everything_behind_the_pages_is_ready(page):
    assert page.request.get("/readyz").status == 200
    assert page.request.get("/healthz").status == 200


def test_an_unknown_link_is_answered_by_the_click_path(page, click_base_url):
    assert page.request.get(f"{click_base_url}/c/aaaaaaaa", max_redirects=0).status == 404


def test_the_sandbox_shows_its_pages(page, sandbox_url):
    assert page.request.get(f"{sandbox_url}/").status == 200


def test_the_pages_load_their_styles_and_scripts_and_nothing_is_refused(page):
    said = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else 0)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("requestfailed", lambda request: said.append(request.url))
    answer = page.goto("/")
    page.wait_for_load_state("networkidle")
    assert answer.status == 200
    assert said == []
    assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith('"Inter')
