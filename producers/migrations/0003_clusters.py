import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('producers', '0002_where_a_group_is'),
    ]

    operations = [
        migrations.CreateModel(
            name='Cluster',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=80, unique=True, verbose_name='Slug')),
                ('name_th', models.CharField(max_length=160, verbose_name='Name (Thai)')),
                ('name_en', models.CharField(blank=True, max_length=160, verbose_name='Name (English)')),
                ('about_th', models.TextField(blank=True, verbose_name='About the cluster (Thai)')),
                ('about_en', models.TextField(blank=True, verbose_name='About the cluster (English)')),
                ('radius_km', models.PositiveSmallIntegerField(default=50, verbose_name='Radius (km)')),
                ('lead_fee_percent', models.DecimalField(decimal_places=2, default=Decimal('5'), max_digits=4, verbose_name="Lead's fee (percent)")),
                ('lead_fee_cap', models.DecimalField(decimal_places=2, default=Decimal('10'), max_digits=4, verbose_name='Highest fee (percent)')),
                ('state', models.CharField(choices=[('open', 'Takes orders'), ('closed', 'Closed')], default='open', max_length=6)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'cluster',
                'verbose_name_plural': 'clusters',
                'ordering': ['name_th'],
            },
        ),
        migrations.CreateModel(
            name='ClusterMembership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('most_pieces', models.PositiveIntegerField(blank=True, null=True, verbose_name='Most pieces of one order')),
                ('joined_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('left_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'cluster membership',
                'verbose_name_plural': 'cluster memberships',
                'ordering': ['cluster', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ClusterRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60, verbose_name='Kind')),
                ('per_piece', models.DecimalField(decimal_places=2, max_digits=10, verbose_name='Baht per piece')),
            ],
            options={
                'verbose_name': 'cluster rate',
                'verbose_name_plural': 'cluster rates',
                'ordering': ['cluster', 'kind'],
            },
        ),
        migrations.AddField(
            model_name='cluster',
            name='lead',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leads_clusters', to='producers.enterprise'),
        ),
        migrations.AddField(
            model_name='clustermembership',
            name='cluster',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='producers.cluster'),
        ),
        migrations.AddField(
            model_name='clustermembership',
            name='enterprise',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cluster_memberships', to='producers.enterprise'),
        ),
        migrations.AddField(
            model_name='clusterrate',
            name='cluster',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rates', to='producers.cluster'),
        ),
        migrations.AddConstraint(
            model_name='cluster',
            constraint=models.CheckConstraint(condition=models.Q(('radius_km__gte', 1), ('radius_km__lte', 500)), name='cluster_radius_sensible'),
        ),
        migrations.AddConstraint(
            model_name='cluster',
            constraint=models.CheckConstraint(condition=models.Q(('lead_fee_percent__gte', 0), ('lead_fee_percent__lte', models.F('lead_fee_cap'))), name='cluster_fee_within_cap'),
        ),
        migrations.AddConstraint(
            model_name='cluster',
            constraint=models.CheckConstraint(condition=models.Q(('lead_fee_cap__lte', Decimal('20'))), name='cluster_cap_sensible'),
        ),
        migrations.AddConstraint(
            model_name='clustermembership',
            constraint=models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('cluster', 'enterprise'), name='cluster_membership_once'),
        ),
        migrations.AddConstraint(
            model_name='clustermembership',
            constraint=models.CheckConstraint(condition=models.Q(('most_pieces', None), ('most_pieces__gte', 1), _connector='OR'), name='cluster_most_pieces_positive'),
        ),
        migrations.AddConstraint(
            model_name='clusterrate',
            constraint=models.UniqueConstraint(fields=('cluster', 'kind'), name='cluster_rate_once'),
        ),
        migrations.AddConstraint(
            model_name='clusterrate',
            constraint=models.CheckConstraint(condition=models.Q(('per_piece__gt', 0)), name='cluster_rate_positive'),
        ),
    ]
