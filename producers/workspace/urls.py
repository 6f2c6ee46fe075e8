"""Addresses of a group's phone screens."""

from django.urls import path

from .views import delays, group, jobs, links, money, products, steps, talks

app_name = "workspace"
urlpatterns = [
    path("", jobs.home, name="home"),
    path("open/<str:token>/", links.open_link, name="open"),
    path("switch/", links.switch, name="switch"),
    path("jobs/", jobs.all_jobs, name="jobs"),
    path("jobs/<int:part_id>/", jobs.job, name="job"),
    path("jobs/<int:part_id>/accept/", jobs.accept, name="accept"),
    path("jobs/<int:part_id>/decline/", jobs.decline, name="decline"),
    path("jobs/<int:part_id>/start/", jobs.start, name="start"),
    path("jobs/<int:part_id>/later/", delays.delay, name="delay"),
    path("jobs/<int:part_id>/pack/", jobs.pack, name="pack"),
    path("jobs/<int:part_id>/talk/", talks.part_talk, name="part_talk"),
    path("jobs/<int:part_id>/sheet/", jobs.sheet, name="sheet"),
    path("jobs/<int:part_id>/send/", jobs.dispatch, name="dispatch"),
    path("products/", products.products, name="products"),
    path("products/new/", products.product_new, name="product_new"),
    path("products/<int:product_id>/", products.product, name="product"),
    path("products/<int:product_id>/pictures/", products.pictures, name="product_pictures"),
    path("products/<int:product_id>/publish/", products.publish, name="product_publish"),
    path("products/<int:product_id>/withdraw/", products.withdraw, name="product_withdraw"),
    path("products/<int:product_id>/pieces/", steps.stock, name="stock"),
    path("products/<int:product_id>/price/", steps.price, name="price"),
    path("products/<int:product_id>/sizes/", steps.sizes, name="sizes"),
    path("products/<int:product_id>/sizes/<int:child_id>/", steps.size, name="size"),
    path("products/<int:product_id>/about/<slug:step>/", steps.step, name="step"),
    path("money/", money.money, name="money"),
    path("group/", group.group, name="group"),
    path("group/text/", group.text, name="group_text"),
    path("group/days/", group.days, name="group_days"),
    path("group/picture/", group.picture, name="group_picture"),
    path("group/notices/", group.notices, name="notices"),
    path("messages/", talks.talks, name="talks"),
    path("messages/<int:talk_id>/", talks.talk, name="talk"),
    path("messages/<int:talk_id>/problem/", talks.problem, name="talk_problem"),
    path("replies/", talks.replies, name="replies"),
    path("replies/new/", talks.reply, name="reply_new"),
    path("replies/<int:reply_id>/", talks.reply, name="reply"),
    path("replies/<int:reply_id>/remove/", talks.reply_remove, name="reply_remove"),
    path("reviews/", talks.reviews, name="reviews"),
    path("reviews/<int:review_id>/", talks.review, name="review"),
]
