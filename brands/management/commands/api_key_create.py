from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from brands.models import Brand
from brands.services import api_key_create
from core.errors import DomainError
from core.tenancy.context import acting_as


class Command(BaseCommand):
    help = "Makes a key to the REST API for a brand and prints it once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--brand", required=True, help="the brand's address (slug)")
        parser.add_argument("--scopes", required=True, help="orders:write,conversions:read,...")
        parser.add_argument("--name", default="command line", help="to recognise it by")

    def handle(self, *, brand: str, scopes: str, name: str, **options: Any) -> None:
        with acting_as(system="API key from the command line"):
            found = Brand.objects.filter(slug=brand).first()
            if found is None:
                raise CommandError(f"no brand {brand!r}: look in /admin/ for its address")
            wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
            try:
                _key, secret = api_key_create(brand_id=found.pk, name=name, scopes=wanted)
            except DomainError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(secret)
