import os
from typing import Any

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings.dev")
app = Celery("exchange")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def refuse_unsafe_login(**kwargs: Any) -> None:
    from core.tenancy.context import TenancyError
    from core.tenancy.logins import login_check
    from core.zone import WrongZone, zone_check

    try:
        login_check()
        zone_check()
    except (TenancyError, WrongZone) as error:  # Celery only logs what a handler raises, and starts
        raise SystemExit(str(error)) from error
