"""What campaigns are about: a list kept by ops, and what of it is looked at or never published.

No row says more of the law than has been checked: each is "unconfirmed" until a lawyer has read
it, and ops change the list in the admin.

Locks: ACCESS EXCLUSIVE on campaigns_campaign for a moment, without a rewrite. Reversible: yes.
"""

import django.db.models.deletion
from django.db import migrations, models

import core.clock
from core.tenancy.policies import may, shared_table

ADVERTISING = "Law of the Republic of Kazakhstan “On advertising” No. 508-II of 19.12.2003"
FACTS = "facts/kazakhstan.md 2.3 names the law; its articles were not read"
OURS = "our own caution; no rule of law was read"
# (slug, kk, ru, en, flag, law, source)
CATEGORIES = (
    ("other", "Басқа тауар мен қызмет", "Другие товары и услуги", "Other goods and services",
     "allowed", "", OURS),
    ("clothes", "Киім мен аяқкиім", "Одежда и обувь", "Clothes and shoes", "allowed", "", OURS),
    ("beauty", "Косметика және күтім", "Косметика и уход", "Beauty", "allowed", "", OURS),
    ("home", "Үй тауарлары", "Товары для дома", "Home", "allowed", "", OURS),
    ("children", "Балаларға арналған", "Для детей", "For children", "allowed", "", OURS),
    ("food", "Азық-түлік", "Продукты питания", "Food", "allowed", "", OURS),
    ("tech", "Техника", "Техника", "Technology", "allowed", "", OURS),
    ("education", "Оқу және курстар", "Обучение и курсы", "Courses", "allowed", "", OURS),
    ("health", "Дәрі, дәрумен, медицина", "Лекарства, БАД, медицина",
     "Medicines, supplements, medical services", "restricted", "", OURS),
    ("finance", "Қаржы қызметтері", "Финансовые услуги", "Financial services", "restricted", "",
     OURS),
    ("alcohol", "Алкоголь, темекі, вейп", "Алкоголь, табак, вейпы", "Alcohol, tobacco, vapes",
     "restricted", "", OURS),
    ("pyramids", "Қаржы пирамидалары", "Финансовые пирамиды", "Financial pyramids", "forbidden",
     ADVERTISING, FACTS),
    ("betting", "Құмар ойын және бәс тігу", "Азартные игры и ставки", "Gambling and betting",
     "forbidden", ADVERTISING, FACTS),
)  # fmt: skip


def categories_add(apps, _editor):
    category = apps.get_model("campaigns", "Category")
    category.objects.bulk_create(
        category(
            slug=slug,
            name_kk=kk,
            name_ru=ru,
            name_en=en,
            flag=flag,
            law=law,
            source=source,
            position=place,
        )
        for place, (slug, kk, ru, en, flag, law, source) in enumerate(CATEGORIES, start=1)
    )


def text(length, name, **more):
    return models.CharField(max_length=length, verbose_name=name, **more)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0019_budget_alerts")]

    operations = [
        migrations.CreateModel(
            name="Category",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=24, unique=True, verbose_name="short name")),
                ("name_kk", text(80, "name in Kazakh")),
                ("name_ru", text(80, "name in Russian")),
                ("name_en", text(80, "name in English")),
                (
                    "flag",
                    text(
                        10,
                        "may be published",
                        choices=[
                            ("allowed", "allowed"),
                            ("restricted", "looked at by us first"),
                            ("forbidden", "forbidden"),
                        ],
                    ),
                ),
                ("law", text(200, "law", blank=True)),
                ("source", text(300, "source")),
                (
                    "confidence",
                    text(
                        11,
                        "confidence",
                        choices=[("confirmed", "confirmed"), ("unconfirmed", "unconfirmed")],
                        default="unconfirmed",
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(default=100, verbose_name="place in the list"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="offered")),
                ("changed_by_id", models.BigIntegerField(null=True, verbose_name="changed by")),
                (
                    "changed_at",
                    models.DateTimeField(default=core.clock.now, verbose_name="changed"),
                ),
            ],
            options={
                "verbose_name": "category",
                "verbose_name_plural": "categories",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("flag", "forbidden"), _negated=True),
                            models.Q(("law", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="category_forbidden_names_its_law",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        name="category_has_its_source",
                    ),
                ],
            },
        ),
        shared_table(
            "campaigns_category",
            "a list that is the same for everybody",
            public=may("read"),
            brand=may("read"),
            influencer=may("read"),
            ops=may("read add change"),
            system=may("read"),
        ),
        migrations.RunPython(categories_add, migrations.RunPython.noop),
        migrations.AddField(
            "campaign",
            "category",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="campaigns.category",
                verbose_name="category",
            ),
        ),
        migrations.AddField(
            "campaign",
            "review",
            models.CharField(
                blank=True,
                choices=[
                    ("", "not asked"),
                    ("asked", "waits for us"),
                    ("passed", "may be published"),
                    ("refused", "may not be published"),
                ],
                max_length=8,
                verbose_name="look at the category",
            ),
        ),
        migrations.AddField(
            "campaign", "review_at", models.DateTimeField(null=True, verbose_name="since")
        ),
        migrations.AddField(
            "campaign",
            "review_note",
            models.CharField(blank=True, max_length=500, verbose_name="why"),
        ),
    ]
