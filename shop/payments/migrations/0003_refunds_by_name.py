from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_opening")]

    operations = [
        migrations.AlterModelOptions(
            name="refund",
            options={
                "ordering": ["created_at"],
                "verbose_name": "refund",
                "verbose_name_plural": "refunds",
            },
        )
    ]
