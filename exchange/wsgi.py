import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings.dev")
application = get_wsgi_application()

from core.tenancy.logins import login_check  # noqa: E402
from core.zone import zone_check  # noqa: E402

login_check()  # not in AppConfig.ready: migrate, run by the owner, passes there too
zone_check()
