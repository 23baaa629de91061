"""The click path as Django's ORM would have it: the reference of `click_orm`, not the product.

Plain Django: no middleware, no row-level security, its own two tables, a connection that stays
open. Cookie, flags, address and the final URL come from the click path's own pure functions, so
that what is compared is how a click is looked up, recorded and answered.
"""
