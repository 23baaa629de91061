"""The shop as a buyer sees it: a product, a till with a promo-code field, the order.

A link that arrives with ?cpa_click= is remembered in a first-party cookie by the shop's server, as
WooCommerce's own attribution does. What a merchant pasted into the pages is printed as it is.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.pages import Html, button, field, html, page, table
from sandbox.service import world_of
from sandbox.shop import hookshot
from sandbox.shop.orders import (
    Cart,
    order_create,
    order_of,
    product_of,
    refund_add,
    refund_remove,
    shop_of,
    status_set,
)
from sandbox.shop.stage import NAME, amount_read, webhook_set
from sandbox.world import State

CLICK_PARAMETER = "cpa_click"
CLICK_COOKIE, LANDING_COOKIE = "shop_cpa_click", "shop_landing"
COOKIE_SECONDS = 90 * 86_400
NEXT_STATUSES = ("completed", "cancelled", "on-hold")


async def index(request: Request) -> Response:
    known = world_of(request).state(NAME)["shops"]
    links = [
        html('<li><a href="/shop/{slug}/">{title}</a></li>', slug=slug, title=shop["title"])
        for slug, shop in known.items()
    ]
    return page("Shops", html("<ul>{links}</ul>", links=links))


async def shop_page(request: Request) -> Response:
    slug, shop = _shop(request)
    products = [
        [
            html(
                '<a href="/shop/{slug}/product/{product}">{name}</a>',
                slug=slug,
                product=product["slug"],
                name=product["name"],
            ),
            product["sku"],
            f"{product['price']} {shop['currency']}",
        ]
        for product in shop["products"]
    ]
    orders = [
        [
            html('<a href="/shop/{slug}/order/{id}">№ {id}</a>', slug=slug, id=order["id"]),
            f"{order['total']} {order['currency']}",
            order["status"],
        ]
        for order in reversed(shop["orders"].values())
    ]
    return _arrived(
        request,
        page(
            shop["title"],
            table(["product", "sku", "price"], products),
            html("<h2>Orders</h2>{orders}", orders=table(["order", "total", "status"], orders)),
            _webhook_part(slug, shop),
        ),
    )


def _webhook_part(slug: str, shop: State) -> Html:
    hook = shop["webhook"]
    deliveries = [
        [one["at"], one["topic"], one["order_id"], one["status"] or "-", one["answer"]]
        for one in reversed(shop["deliveries"])
    ]
    return html(
        "<h2>Webhook (WooCommerce → Settings → Advanced → Webhooks)</h2>{state}"
        '<form method="post" action="/shop/{slug}/webhook">{fields}<button>Save</button></form>'
        "<h2>Deliveries</h2>{deliveries}",
        state=html('<p class="note bad">Switched off after too many failures. Save it again.</p>')
        if any(each["status"] == "disabled" for each in hook["hooks"].values())
        else Html(),
        slug=slug,
        fields=[
            field("Delivery URL", "url", hook["url"], kind="url", required=False),
            field("Secret", "secret", hook["secret"], required=False),
        ],
        deliveries=table(["at", "topic", "order", "status", "answer"], deliveries),
    )


async def webhook_save(request: Request) -> Response:
    slug, shop = _shop(request)
    form = await request.form()
    webhook_set(shop, str(form.get("url", "")), str(form.get("secret", "")))
    if shop["webhook"]["url"]:
        await hookshot.ping(shop, world_of(request).now())
    return RedirectResponse(f"/shop/{slug}/", 303)


async def product_page(request: Request) -> Response:
    slug, shop = _shop(request)
    product = product_of(shop, request.path_params["product"])
    click_id = request.query_params.get(CLICK_PARAMETER) or request.cookies.get(CLICK_COOKIE, "")
    came_by = html('<p class="note">You came by a link: <code>{id}</code></p>', id=click_id)
    return _arrived(
        request,
        page(
            product["name"],
            _pasted(shop, "head"),
            html(
                "<p><b>{price} {currency}</b>, {sku}</p>{came_by}"
                '<form method="post" action="/shop/{slug}/checkout">'
                '<input type="hidden" name="product" value="{product}">'
                '<input type="hidden" name="cpa_click">{fields}'
                "<button>Buy</button></form><p>{hint}</p>"
                '<p><a href="/shop/{slug}/">The shop</a></p>',
                price=product["price"],
                currency=shop["currency"],
                sku=product["sku"],
                came_by=came_by if click_id else Html(),
                slug=slug,
                product=product["slug"],
                fields=[
                    field("How many", "quantity", 1, kind="number"),
                    field("Promo code", "promo_code", required=False),
                    field("Name", "name", Cart.name),
                    field("Phone", "phone", Cart.phone, kind="tel"),
                    field("E-mail", "email", Cart.email, kind="email"),
                ],
                hint="This shop takes any promo code for 10 %." if shop["accepts_any_code"] else "",
            ),
        ),
    )


async def checkout(request: Request) -> Response:
    slug, shop = _shop(request)
    world = world_of(request)
    form = {name: str(value) for name, value in (await request.form()).items()}
    quantity = form.get("quantity", "1")
    cart = Cart(
        items=((form.get("product", ""), int(quantity) if quantity.isdecimal() else 0),),
        promo_code=form.get("promo_code", ""),
        click_id=form.get(CLICK_PARAMETER) or request.cookies.get(CLICK_COOKIE, ""),
        landing_url=request.cookies.get(LANDING_COOKIE, ""),
        name=form.get("name", Cart.name),
        phone=form.get("phone", ""),
        email=form.get("email", ""),
    )
    order = order_create(shop, cart, world.now())
    await hookshot.deliver(shop, "order.created", order, world.now())
    return RedirectResponse(f"/shop/{slug}/order/{order['id']}", 303)


async def order_page(request: Request) -> Response:
    slug, shop = _shop(request)
    order = order_of(shop, request.path_params["id"])
    action = f"/shop/{slug}/order/{order['id']}"
    lines = [[line["name"], line["quantity"], line["total"]] for line in order["line_items"]]
    refunds = [[refund["id"], refund["total"]] for refund in order["refunds"]]
    deliveries = [
        [one["at"], one["topic"], one["status"] or "-", one["answer"]]
        for one in reversed(shop["deliveries"])
        if one["order_id"] == order["id"]
    ]
    return page(
        f"Order № {order['number']}",
        _pasted(shop, "head"),
        _thanks(shop, order),
        html(
            "<p>Status <b>{status}</b>, total {total} {currency}, code <code>{codes}</code></p>",
            status=order["status"],
            total=order["total"],
            currency=order["currency"],
            codes=", ".join(line["code"] for line in order["coupon_lines"]) or "none",
        ),
        table(["product", "how many", "paid"], lines),
        html("<p>{buttons}</p>", buttons=[_move(action, status) for status in NEXT_STATUSES]),
        html(
            '<form method="post" action="{action}">{amount}<button>Refund</button></form>{undo}'
            "<h2>Refunds</h2>{refunds}<h2>Deliveries</h2>{deliveries}"
            '<p><a href="/shop/{slug}/">The shop</a></p>',
            action=action,
            amount=field("Refund", "refund", order["total"]),
            undo=button(action, "Remove the last refund", refund_remove=1),
            refunds=table(["id", "total"], refunds),
            deliveries=table(["at", "topic", "status", "answer"], deliveries),
            slug=slug,
        ),
    )


def _pasted(shop: State, where: str) -> Html:
    """A merchant's own HTML: their page, their words."""
    return Html(shop.get(where, ""))


def _thanks(shop: State, order: State) -> Html:
    """The thank-you code, with the order's own values in its fields."""
    codes = [line["code"] for line in order["coupon_lines"]]
    text = _pasted(shop, "thanks").replace("ORDER_NUMBER", order["number"])
    return Html(text.replace("ORDER_TOTAL", order["total"]).replace("PROMO_CODE", "".join(codes)))


def _move(action: str, status: str) -> Html:
    return button(action, f"Set to {status}", status=status)


async def order_change(request: Request) -> Response:
    slug, shop = _shop(request)
    world = world_of(request)
    order = order_of(shop, request.path_params["id"])
    form = await request.form()
    if "refund" in form:
        refund_add(shop, order, str(amount_read(str(form["refund"]))), world.now())
    elif "refund_remove" in form:
        refund_remove(shop, order, world.now())
    else:
        status_set(order, str(form.get("status", order["status"])), world.now())
    await hookshot.deliver(shop, "order.updated", order, world.now())
    return RedirectResponse(f"/shop/{slug}/order/{order['id']}", 303)


def _shop(request: Request) -> tuple[str, State]:
    slug = request.path_params["slug"]
    return slug, shop_of(world_of(request).state(NAME), slug)


def _arrived(request: Request, response: Response) -> Response:
    """Remember the click and the first page of the visit."""
    click_id = request.query_params.get(CLICK_PARAMETER)
    path = request.path_params["slug"]
    for name, value in ((CLICK_COOKIE, click_id), (LANDING_COOKIE, click_id and str(request.url))):
        if value:
            response.set_cookie(
                name, value, max_age=COOKIE_SECONDS, path=f"/shop/{path}", samesite="lax"
            )
    return response


PAGES = [
    Route("/", index),
    Route("/{slug}/", shop_page),
    Route("/{slug}/webhook", webhook_save, methods=["POST"]),
    Route("/{slug}/product/{product}", product_page),
    Route("/{slug}/checkout", checkout, methods=["POST"]),
    Route("/{slug}/order/{id:int}", order_page),
    Route("/{slug}/order/{id:int}", order_change, methods=["POST"]),
]
