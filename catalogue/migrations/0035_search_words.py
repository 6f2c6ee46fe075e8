import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The search index: words, and on which product each stands."""

    dependencies = [
        ("catalogue", "0034_made_by_groups"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_entry",
                        serialize=False,
                        to="catalogue.product",
                    ),
                ),
                ("names", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("text", models.CharField(max_length=120)),
                ("heard", models.CharField(max_length=120)),
                ("sound", models.CharField(blank=True, max_length=240)),
                ("products", models.PositiveIntegerField(default=1)),
                ("stamp", models.BigIntegerField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="SearchPosting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("weight", models.PositiveSmallIntegerField()),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_postings",
                        to="catalogue.product",
                    ),
                ),
                (
                    "word",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="postings",
                        to="catalogue.searchword",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["word", "product", "weight"], name="search_word_weight"
                    )
                ],
            },
        ),
    ]
