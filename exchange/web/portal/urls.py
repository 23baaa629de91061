"""The influencer's portal, inside i18n_patterns and behind influencer_door."""

from __future__ import annotations

from django.urls import path

from exchange.web.portal import (
    clicks,
    codes,
    deals,
    exports,
    invites,
    leaks,
    links,
    proofs,
    rejections,
    setup,
    statement,
    traffic,
    views,
)

urlpatterns = [
    path("", views.home, name="home"),
    path("campaigns/", views.campaigns, name="campaigns"),
    path("campaigns/<uuid:public_id>/", views.campaign, name="campaign"),
    path("campaigns/<uuid:public_id>/join/", views.campaign_join_now, name="campaign_join"),
    path("campaigns/<uuid:public_id>/leave/", setup.campaign_leave, name="campaign_leave"),
    path(
        "campaigns/<uuid:public_id>/decline/", invites.invitation_decline, name="invitation_decline"
    ),
    path("invitations/<str:token>/", invites.invitation, name="invitation"),
    path("deals/", deals.deals, name="deals"),
    path("deals/label/", deals.deal_label, name="deal_label"),
    path("deals/<uuid:public_id>/", deals.deal, name="deal"),
    path("deals/<uuid:public_id>/accept/", deals.deal_accept_now, name="deal_accept"),
    path("deals/<uuid:public_id>/decline/", deals.deal_decline_now, name="deal_decline"),
    path("posts/<uuid:public_id>/send/", deals.post_send, name="post_send"),
    path("posts/files/<uuid:public_id>/", deals.deal_picture, name="deal_picture"),
    path("links/", links.links, name="links"),
    path("links/create/", links.link_create, name="link_create"),
    path("links/<uuid:public_id>/", links.link, name="link"),
    path("links/<uuid:public_id>/new/", links.link, {"is_new": True}, name="link_new"),
    path("links/<uuid:public_id>/qr.<str:kind>", links.link_qr, name="link_qr"),
    path("links/<uuid:public_id>/off/", links.link_off, name="link_off"),
    path("links/<uuid:public_id>/on/", links.link_on, name="link_on"),
    path("links/<uuid:public_id>/code/", codes.link_code_wish, name="link_code_wish"),
    path("links/<uuid:public_id>/code/next/", codes.link_code_take, name="link_code_take"),
    path("codes/", leaks.leaks, name="leaks"),
    path("codes/<uuid:public_id>/", leaks.leak, name="leak"),
    path("codes/<uuid:public_id>/reply/", leaks.leak_reply, name="leak_reply"),
    path("clicks/", clicks.clicks, name="clicks"),
    path("clicks/csv/", clicks.clicks_csv, name="clicks_csv"),
    path("traffic/", traffic.traffic, name="traffic"),
    path("traffic/csv/", traffic.traffic_csv, name="traffic_csv"),
    path("earnings/", views.earnings, name="earnings"),
    path("earnings/csv/", exports.earnings_csv, name="earnings_csv"),
    path("earnings/<uuid:public_id>/", views.earning, name="earning"),
    path(
        "earnings/<uuid:public_id>/proof/<int:number>/", proofs.earning_proof, name="earning_proof"
    ),
    path("earnings/<uuid:public_id>/answer/", rejections.earning_answer, name="earning_answer"),
    path("earnings/files/<uuid:public_id>/", rejections.earning_file, name="earning_file"),
    path("earnings/proofs/<str:day>/", proofs.day_proof, name="earning_day_proof"),
    path("payouts/", views.payouts, name="payouts"),
    path("statement/", statement.statement, name="statement"),
    path("statement/csv/", statement.statement_table, {"kind": "csv"}, name="statement_csv"),
    path("statement/xlsx/", statement.statement_table, {"kind": "xlsx"}, name="statement_xlsx"),
    path("payouts/<uuid:public_id>/", views.payout, name="payout"),
    path("setup/", setup.setup, name="setup"),
    path("setup/recheck/", setup.setup_recheck, name="setup_recheck"),
    path("profile/", setup.profile, name="profile"),
]
