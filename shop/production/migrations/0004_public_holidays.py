"""The public holidays of the list, so that no workshop promises to work on them."""

from django.db import migrations

from shop.production.holidays import listed_holidays


def load(apps, schema_editor):
    PublicHoliday = apps.get_model("production", "PublicHoliday")
    known = set(PublicHoliday.objects.values_list("day", flat=True))
    PublicHoliday.objects.bulk_create(
        PublicHoliday(
            day=each.day, name_th=each.name_th, name_en=each.name_en, is_checked=each.by_date
        )
        for each in listed_holidays()
        if each.day not in known
    )


class Migration(migrations.Migration):
    dependencies = [("production", "0003_holidays_and_reminders")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
