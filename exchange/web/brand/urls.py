"""The brand's workplace, inside i18n_patterns: PLACES behind brand_door, TEAM behind team_door."""

from __future__ import annotations

from django.urls import path

from exchange.web.brand.views import (
    campaigns,
    clicks,
    codes,
    integrations,
    money,
    orders,
    overview,
    receipts,
    skus,
    stages,
    tags,
    team,
    uploads,
    vouchers,
)

CAMPAIGN = "campaigns/<uuid:public_id>/"
PARTICIPATION = "participations/<uuid:public_id>/"
POOL = "code-pools/<uuid:public_id>/"
CONNECTION = "integrations/<uuid:public_id>/"
UPLOAD = f"{CONNECTION}upload/<uuid:upload_id>/"

PLACES = [
    path("", overview.overview, name="overview"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.campaign_new, name="campaign_new"),
    path(CAMPAIGN, campaigns.campaign, name="campaign"),
    path(f"{CAMPAIGN}edit/", campaigns.campaign_edit, name="campaign_edit"),
    path(f"{CAMPAIGN}publish/", campaigns.campaign_publish_now, name="campaign_publish"),
    path(f"{CAMPAIGN}pause/", campaigns.campaign_pause_now, name="campaign_pause"),
    path(f"{CAMPAIGN}resume/", campaigns.campaign_resume_now, name="campaign_resume"),
    path(f"{CAMPAIGN}close/", campaigns.campaign_close_now, name="campaign_close"),
    path(f"{CAMPAIGN}top-up/", campaigns.campaign_top_up_now, name="campaign_top_up"),
    path(
        f"{PARTICIPATION}approve/",
        campaigns.participation_approve_now,
        name="participation_approve",
    ),
    path(
        f"{PARTICIPATION}reject/", campaigns.participation_reject_now, name="participation_reject"
    ),
    path(
        f"{PARTICIPATION}remove/", campaigns.participation_remove_now, name="participation_remove"
    ),
    path(
        f"{PARTICIPATION}article/",
        campaigns.participation_article_add,
        name="participation_article",
    ),
    path(
        f"{PARTICIPATION}voucher/",
        campaigns.participation_voucher_add,
        name="participation_voucher",
    ),
    path(
        f"{PARTICIPATION}vouchers/",
        vouchers.participation_vouchers,
        name="participation_vouchers",
    ),
    path(f"{PARTICIPATION}vouchers/settle/", vouchers.voucher_settle, name="voucher_settle"),
    path(f"{PARTICIPATION}articles/", skus.participation_skus, name="participation_skus"),
    path(f"{PARTICIPATION}articles/end/", skus.sku_end, name="sku_end"),
    path(f"{CAMPAIGN}codes/", codes.codes, name="codes"),
    path(f"{CAMPAIGN}codes/csv/", codes.codes_csv, name="codes_csv"),
    path(f"{CAMPAIGN}codes/new/", codes.codes_new, name="codes_new"),
    path(f"{POOL}csv/", codes.code_pool_csv, name="code_pool_csv"),
    path(f"{POOL}faults.csv", codes.code_pool_faults, name="code_pool_faults"),
    path(f"{POOL}give/", codes.code_pool_give, name="code_pool_give"),
    path(f"{POOL}void/", codes.code_pool_void, name="code_pool_void"),
    path(f"{PARTICIPATION}code/replace/", codes.code_rotate_now, name="code_rotate"),
    path(f"{PARTICIPATION}code/schedule/", codes.code_schedule_now, name="code_schedule"),
    path("orders/codes/", codes.code_questions, name="code_questions"),
    path("orders/codes/say/", codes.code_question_say, name="code_question_say"),
    path("orders/", orders.orders, name="orders"),
    path("orders/csv/", orders.orders_csv, name="orders_csv"),
    path("orders/<uuid:public_id>/", orders.order, name="order"),
    path("orders/<uuid:public_id>/confirm/", orders.order_confirm_now, name="order_confirm"),
    path("clicks/", clicks.clicks, name="clicks"),
    path("clicks/csv/", clicks.clicks_csv, name="clicks_csv"),
    path("traffic/", tags.traffic, name="traffic"),
    path("traffic/csv/", tags.traffic_csv, name="traffic_csv"),
    path("money/", money.money, name="money"),
    path("money/csv/", money.statement_csv, name="statement_csv"),
    path("integrations/", integrations.integrations, name="integrations"),
    path("integrations/new/<slug:source>/", integrations.connection_new, name="connection_new"),
    path(CONNECTION, integrations.connection, name="connection"),
    path(f"{CONNECTION}site/", integrations.connection_site, name="connection_site"),
    path(f"{CONNECTION}birge.tpl", integrations.connection_template, name="connection_template"),
    path(f"{CONNECTION}token/", integrations.connection_token, name="connection_token"),
    path(f"{CONNECTION}stages/", stages.connection_stages, name="connection_stages"),
    path(f"{CONNECTION}secret/", integrations.connection_secret, name="connection_secret"),
    path(f"{CONNECTION}pause/", integrations.connection_pause, name="connection_pause"),
    path(f"{CONNECTION}resume/", integrations.connection_resume, name="connection_resume"),
    path(f"{CONNECTION}replay/", integrations.connection_replay, name="connection_replay"),
    path(
        f"{CONNECTION}difference/", integrations.connection_difference, name="connection_difference"
    ),
    path(
        f"{CONNECTION}difference/csv/",
        integrations.connection_difference_csv,
        name="connection_difference_csv",
    ),
    path(f"{CONNECTION}read/", integrations.connection_read, name="connection_read"),
    path(f"{CONNECTION}upload/", uploads.connection_upload, name="connection_upload"),
    path(UPLOAD, uploads.connection_upload_check, name="connection_upload_check"),
    path(f"{UPLOAD}columns/", uploads.connection_upload_columns, name="connection_upload_columns"),
    path(f"{UPLOAD}undo/", uploads.connection_upload_undo, name="connection_upload_undo"),
    path(f"{UPLOAD}faults.csv", uploads.connection_upload_errors, name="connection_upload_errors"),
    path(f"{UPLOAD}left.csv", uploads.connection_upload_kept, name="connection_upload_kept"),
    path(f"{CONNECTION}receipts/", receipts.receipts, name="receipts"),
    path(f"{CONNECTION}receipts/csv/", receipts.receipts_csv, name="receipts_csv"),
    path(f"{CONNECTION}receipts/file/", receipts.receipts_file, name="receipts_file"),
    path(f"{CONNECTION}receipts/<uuid:claim_id>/accept/", receipts.accept, name="receipt_accept"),
    path(f"{CONNECTION}receipts/<uuid:claim_id>/refuse/", receipts.refuse, name="receipt_refuse"),
    path(f"{CONNECTION}registers/", receipts.registers, name="registers"),
    path(f"{CONNECTION}registers/remove/", receipts.remove, name="register_remove"),
    path(f"{CONNECTION}registers/limits/", receipts.limits, name="receipt_limits"),
    path(f"{CONNECTION}tags/", tags.connection_tags, name="connection_tags"),
    path(f"{CONNECTION}tags/start/", tags.connection_tag_start, name="connection_tag_start"),
    path(
        f"{CONNECTION}tags/<uuid:upload_id>/",
        tags.connection_tag_check,
        name="connection_tag_check",
    ),
    path(f"{CONNECTION}events/<uuid:event_id>/", integrations.connection, name="connection_event"),
    path(
        f"{CONNECTION}events/<uuid:event_id>/replay/",
        integrations.connection_event_replay,
        name="connection_event_replay",
    ),
]
TEAM = [
    path("team/", team.team, name="team"),
    path("team/role/", team.team_role, name="team_role"),
    path("team/remove/", team.team_remove, name="team_remove"),
]
