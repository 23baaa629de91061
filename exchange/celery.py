import gc
import os
from typing import Any

from celery import Celery
from celery.signals import worker_init, worker_process_init

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


@worker_process_init.connect
def code_keep(**kwargs: Any) -> None:
    """What is loaded by now stays for ever: the garbage collector need not walk through it again
    each time that a batch of events has made some ten thousand objects (a seventh of its time)."""
    gc.collect()
    gc.freeze()
