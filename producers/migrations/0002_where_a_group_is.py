from decimal import Decimal

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('producers', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='enterprise',
            name='latitude',
            field=models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True, verbose_name='Latitude'),
        ),
        migrations.AddField(
            model_name='enterprise',
            name='longitude',
            field=models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True, verbose_name='Longitude'),
        ),
        migrations.AddConstraint(
            model_name='enterprise',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude', None), ('longitude', None)), models.Q(('latitude__isnull', False), ('latitude__range', (Decimal('5.5'), Decimal('20.6'))), ('longitude__isnull', False), ('longitude__range', (Decimal('97.3'), Decimal('105.7')))), _connector='OR'), name='enterprise_lies_in_thailand'),
        ),
    ]
