"""The search index: the words of the catalogue, and on which product each word stands."""

from django.db import models


class SearchEntry(models.Model):
    """One row per public product: its names by ear and without spaces, one name per line."""

    product = models.OneToOneField(
        "catalogue.Product", primary_key=True, on_delete=models.CASCADE, related_name="search_entry"
    )
    names = models.TextField()

    class Meta:
        app_label = "catalogue"

    def __str__(self) -> str:
        return self.names.partition("\n")[0]


class SearchWord(models.Model):
    """One distinct word or family token ("=silk"); its number follows from its text.

    `products` is how many products had it when all were last indexed (1 for a newer word);
    `stamp` (nanoseconds) tells the processes that keep all words in memory to read them again.
    """

    id = models.BigIntegerField(primary_key=True)
    text = models.CharField(max_length=120)
    heard = models.CharField(max_length=120)
    sound = models.CharField(max_length=240, blank=True)
    products = models.PositiveIntegerField(default=1)
    stamp = models.BigIntegerField(db_index=True)

    class Meta:
        app_label = "catalogue"

    def __str__(self) -> str:
        return self.text


class SearchPosting(models.Model):
    """This word stands on this product and counts this much (1 to 100)."""

    # No constraint: a word is never removed while its number is in use, and its number is its
    # text, so that writing needs no look-up.
    word = models.ForeignKey(
        SearchWord,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="postings",
    )
    product = models.ForeignKey(
        "catalogue.Product", on_delete=models.CASCADE, related_name="search_postings"
    )
    weight = models.PositiveSmallIntegerField()

    class Meta:
        app_label = "catalogue"
        # All that a search reads, so that it never touches the table. Each word stands once on a
        # product because whoever writes holds the product's SearchEntry.
        indexes = [models.Index(fields=["word", "product", "weight"], name="search_word_weight")]

    def __str__(self) -> str:
        return f"{self.word_id} {self.product_id} {self.weight}"
