"""Every address of the shop. The Wagtail admin stands outside the languages, its pages last."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from catalogue.shopfront.views import machines
from shop import views

urlpatterns = [
    path("", views.to_language),
    path("healthz", views.healthz),
    path("robots.txt", machines.robots, name="robots"),
    path("sitemap.xml", machines.sitemap_index, name="sitemap"),
    path("sitemap-<slug:name>.xml", machines.sitemap_file, name="sitemap_file"),
    path("office/", include(wagtailadmin_urls)),
    path("payments/", include("shop.payments.urls")),
]
if settings.SERVE_MEDIA:
    urlpatterns += [
        re_path(r"^media/(?P<path>.*)$", views.media),
    ]
if settings.PATTERNS_PAGE:
    urlpatterns += i18n_patterns(
        path("patterns/", views.patterns, name="patterns"),
        path("patterns/<slug:name>/", views.pattern, name="pattern"),
    )
urlpatterns += i18n_patterns(
    path("", include("catalogue.shopfront.urls")),
    path("basket/", include("shop.oscar.basket.urls")),
    path("checkout/", include("shop.oscar.checkout.urls")),
    path("orders/", include("shop.oscar.order.urls")),
    path("account/", include("shop.oscar.customer.urls")),
    path("", include("shop.care.urls")),
    path("workspace/", include("producers.workspace.urls")),
    path("", include("cms.urls")),
    path("", include(wagtail_urls)),
)
