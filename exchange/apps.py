from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ExchangeConfig(AppConfig):
    name = "exchange"


class OpsConfig(AdminConfig):  # not in ops.py: that imports models, too early here
    default_site = "exchange.ops.OpsSite"
