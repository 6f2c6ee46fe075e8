from oscar.apps.catalogue.apps import CatalogueConfig as OscarCatalogueConfig


class CatalogueConfig(OscarCatalogueConfig):
    """Oscar's own listing pages are not routed (they are empty without a search server)."""

    name = "catalogue"

    def ready(self) -> None:
        pass
