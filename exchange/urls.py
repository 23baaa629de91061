from django.contrib import admin
from django.urls import include, path

from attribution import webhooks

urlpatterns = [
    path("hooks/<str:source>/<str:endpoint_token>", webhooks.receive, name="hook"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
