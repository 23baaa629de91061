from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig

from core.labels import labels_apply


class ExchangeConfig(AppConfig):
    name = "exchange"

    def ready(self) -> None:
        from exchange.celery import app

        app.autodiscover_tasks(force=True)  # core.jobs asks for tasks by name in every process


class OpsConfig(AdminConfig):  # not in ops.py: that imports models, too early here
    default_site = "exchange.ops.OpsSite"

    def ready(self) -> None:
        labels_apply()
        super().ready()
