from __future__ import annotations

from django.db import models


class Link(models.Model):
    token = models.CharField(max_length=40, unique=True)
    destination_url = models.URLField(max_length=500)

    class Meta:
        app_label = "orm_reference"
        db_table = "bench_link"

    def __str__(self) -> str:
        return self.token


class Visit(models.Model):
    """The columns and the two indexes of attribution_click."""

    click_id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    link = models.ForeignKey(Link, on_delete=models.PROTECT, db_index=False)
    visitor = models.UUIDField()
    ip_network = models.GenericIPAddressField(null=True)
    user_agent = models.TextField()
    referer = models.TextField()
    sub1 = models.TextField()
    sub2 = models.TextField()
    sub3 = models.TextField()
    sub4 = models.TextField()
    sub5 = models.TextField()
    flags = models.PositiveSmallIntegerField()

    class Meta:
        app_label = "orm_reference"
        db_table = "bench_visit"
        indexes = [models.Index(fields=["link", "at"], name="bench_visit_of_link")]

    def __str__(self) -> str:
        return self.click_id.hex
