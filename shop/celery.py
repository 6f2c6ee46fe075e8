"""The alarm clock. What must happen is a due row in the database; Celery only wakes the sweeps."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.dev")

app = Celery("shop")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

#: Seconds between two looks. The rows say what is due; a missed look costs nothing but time.
app.conf.beat_schedule = {
    "messages": {"task": "shop.outbox.tasks.send_messages", "schedule": 5},
    "events": {"task": "shop.payments.tasks.handle_events", "schedule": 5},
    "open payments": {"task": "shop.payments.tasks.ask_about_open", "schedule": 10},
    "refunds": {"task": "shop.payments.tasks.submit_refunds", "schedule": 10},
    "disputes": {"task": "shop.payments.tasks.ask_about_disputes", "schedule": 600},
    "reconciliation": {"task": "shop.payments.tasks.reconcile", "schedule": 600},
    "paid checkouts": {"task": "shop.oscar.checkout.tasks.settle_paid", "schedule": 5},
    "overdue checkouts": {"task": "shop.oscar.checkout.tasks.close_overdue", "schedule": 15},
    "unanswered dates": {
        "task": "shop.oscar.checkout.tasks.give_back_unanswered",
        "schedule": 300,
    },
    "days for filters": {"task": "shop.production.tasks.sum_up_changed", "schedule": 60},
    "days for filters, all": {
        "task": "shop.production.tasks.sum_up_all",
        "schedule": crontab("3", "0"),
    },
    # On the hour, so at 00:00 in Bangkok too, when certificates end.
    "certificates": {"task": "producers.tasks.keep_certificate_dates", "schedule": crontab("0")},
    # Hourly too: groups are asked in waking hours, and a night that was missed is made up for.
    "workshops": {"task": "shop.production.tasks.keep_workshops", "schedule": crontab("5")},
    "deadlines": {"task": "shop.fulfilment.tasks.keep_deadlines", "schedule": 60},
    "releases": {"task": "shop.ledger.tasks.keep_releases", "schedule": crontab("10")},
    "cluster parts": {"task": "shop.production.tasks.lapse_cluster_parts", "schedule": 300},
    "waiting list": {"task": "shop.production.tasks.serve_waiting_list", "schedule": 60},
    "answer photos": {"task": "catalogue.tasks.forget_answer_photos", "schedule": 3600},
    "changes": {"task": "shop.fulfilment.tasks.keep_changes", "schedule": 60},
    "custom requests": {"task": "shop.fulfilment.tasks.keep_requests", "schedule": 120},
    "pictures": {"task": "cms.tasks.prepare_pictures", "schedule": 15},
    "drafts": {"task": "shop.care.tasks.forget_drafts", "schedule": crontab("30")},
    "demo pictures": {"task": "shop.demo.tasks.draw_pictures", "schedule": 15},
}
