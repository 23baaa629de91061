"""The click path as a view of Django with the ORM: the reference of `click_orm`, not the product.

The product's own tables behind the same walls, without any middleware. Cookie, flags, address and
the final URL come from the click path's own pure functions, so that what is compared is how a
click is looked up, recorded and answered.
"""
