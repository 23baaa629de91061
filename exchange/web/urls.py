"""The shell's own addresses, inside i18n_patterns."""

from __future__ import annotations

from django.urls import path

from exchange.web import gallery, views

urlpatterns = [
    path("language/", views.language_set, name="language"),
    path("start/", views.start, name="start"),
    path("policy/", views.policy_preview, name="policy_preview"),
    path("_ui/", gallery.gallery, name="gallery"),
    path("_ui/<slug:name>/", gallery.gallery_page, name="gallery_page"),
]
