"""Rows that are written once. The database says the same by triggers (migration 0003)."""

from typing import Any, NoReturn

from django.db import models


class WrittenOnce(Exception):
    """What is in the ledger is never changed or deleted; a correction is a new event."""

    def __init__(self, model: type[models.Model]):
        super().__init__(f"{model._meta.label} is never changed or deleted")
        self.model = model


class AppendOnlyQuerySet(models.QuerySet):
    """Reads, and new rows; nothing else."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise WrittenOnce(self.model)

    def delete(self) -> NoReturn:
        raise WrittenOnce(self.model)

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise WrittenOnce(self.model)

    def update_or_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise WrittenOnce(self.model)

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("update_conflicts"):
            raise WrittenOnce(self.model)
        return super().bulk_create(objs, *args, **kwargs)


class AppendOnly(models.Model):
    """A row of the ledger: written once, never changed, never deleted."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise WrittenOnce(type(self))
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise WrittenOnce(type(self))
