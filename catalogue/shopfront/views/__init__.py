"""The buyer's pages: listings and search, product, groups, provinces, and pages for machines."""
