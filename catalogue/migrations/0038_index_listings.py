"""Listings count and sort by indexes alone, without opening rows with long texts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0037_sort_key_collation"),
        ("producers", "0001_initial"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="product",
            name="product_type_sorted",
        ),
        migrations.RemoveIndex(
            model_name="product",
            name="product_province",
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                fields=[
                    "state",
                    "otop_type",
                    "structure",
                    "enterprise",
                    "province_code",
                    "price_from",
                    "ready_pieces",
                    "takes_orders",
                    "sort_key",
                ],
                name="product_listed",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                fields=["state", "province_code", "sort_key", "id"], name="product_of_province"
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                fields=["enterprise", "state", "sort_key", "id"], name="product_of_group"
            ),
        ),
    ]
