"""What influencers write about: a closed list of topics, kept by ops.

Locks: ACCESS EXCLUSIVE on influencers_influencer for a moment, without a rewrite.
Reversible: yes.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

from core.tenancy.policies import may, shared_table

# The first list: ops change it in the admin.
TOPICS = (
    ("beauty", "Сұлулық және күтім", "Красота и уход", "Beauty"),
    ("fashion", "Сән және киім", "Мода и одежда", "Fashion"),
    ("family", "Отбасы және бала", "Семья и дети", "Family and children"),
    ("home", "Үй және жайлылық", "Дом и уют", "Home"),
    ("food", "Тағам және ас үй", "Еда и рецепты", "Food"),
    ("sport", "Спорт және денсаулық", "Спорт и здоровье", "Sport and health"),
    ("tech", "Техника және гаджет", "Техника и гаджеты", "Technology"),
    ("education", "Білім және кітап", "Учёба и книги", "Learning and books"),
    ("travel", "Саяхат", "Путешествия", "Travel"),
    ("auto", "Көлік", "Авто", "Cars"),
    ("business", "Бизнес және қаржы", "Бизнес и финансы", "Business and money"),
    ("humour", "Әзіл", "Юмор", "Humour"),
    ("culture", "Музыка және мәдениет", "Музыка и культура", "Music and culture"),
    ("lifestyle", "Күнделікті өмір", "Повседневная жизнь", "Everyday life"),
)


def topics_add(apps, _editor):
    topic = apps.get_model("influencers", "Topic")
    topic.objects.bulk_create(
        topic(slug=slug, name_kk=kk, name_ru=ru, name_en=en, position=place)
        for place, (slug, kk, ru, en) in enumerate(TOPICS, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("influencers", "0002_access")]
    operations = [
        migrations.CreateModel(
            name="Topic",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(max_length=24, unique=True, verbose_name="short name")),
                ("name_kk", models.CharField(max_length=60, verbose_name="name in Kazakh")),
                ("name_ru", models.CharField(max_length=60, verbose_name="name in Russian")),
                ("name_en", models.CharField(max_length=60, verbose_name="name in English")),
                (
                    "position",
                    models.PositiveSmallIntegerField(default=100, verbose_name="place in the list"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="offered")),
            ],
            options={"verbose_name": "topic", "verbose_name_plural": "topics"},
        ),
        migrations.AddField(
            model_name="influencer",
            name="topics",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=24), default=list, size=None
            ),
        ),
        shared_table(
            "influencers_topic",
            "a list that is the same for everybody",
            gate=may("read"),
            public=may("read"),
            brand=may("read"),
            influencer=may("read"),
            ops=may("read add change"),
            system=may("read"),
        ),
        migrations.RunPython(topics_add, migrations.RunPython.noop),
    ]
