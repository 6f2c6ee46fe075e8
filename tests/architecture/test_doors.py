"""Doors translate: they never write to the database themselves."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import door_files, name_of, syntax_tree

ALWAYS_A_WRITE = {
    "abulk_create",
    "abulk_update",
    "acreate",
    "adelete",
    "aget_or_create",
    "asave",
    "aupdate_or_create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "save",
    "update_or_create",
}
#: Words that other things have too: a write only on a manager or a query.
WRITE_ON_A_QUERY = {"create", "delete", "update"}
#: What makes an expression a query: one of these words on the way to the verb.
QUERY_WORDS = {"all", "exclude", "filter", "objects", "order_by", "select_for_update"}
#: Things with a `save` or `delete` of their own that are no models.
NOT_MODELS = {
    "cache",
    "default_storage",
    "image",
    "make_qr",
    "picture_file",
    "session",
    "storage",
    "super",
}


def writes_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, expression) of each call that writes to a model."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        words = words_before(node.func.value)
        if words and words[-1] in NOT_MODELS:
            continue
        verb = node.func.attr
        on_a_query = verb in WRITE_ON_A_QUERY and bool(QUERY_WORDS & set(words))
        on_an_object = verb == "delete" and not node.args and not node.keywords
        if verb in ALWAYS_A_WRITE or on_a_query or on_an_object:
            yield node.lineno, ast.unparse(node.func)


def words_before(node: ast.AST) -> list[str]:
    """The names on the way to an attribute: `Order.objects.filter(…)` is Order, objects, filter."""
    match node:
        case ast.Name(id=name):
            return [name]
        case ast.Attribute(value=value, attr=name):
            return [*words_before(value), name]
        case ast.Call(func=function):
            return words_before(function)
        case ast.Subscript(value=value):
            return words_before(value)
    return []


def test_no_door_writes_to_a_model():
    found = [
        f"{name_of(path)}:{line}: {expression}"
        for path in door_files()
        for line, expression in writes_in(syntax_tree(path))
    ]

    assert not found, "call a verb of services.py instead:\n" + "\n".join(found)


def test_there_are_doors_to_look_at():
    assert len(door_files()) >= 5


@pytest.mark.parametrize(
    "line",
    [
        "order.save()",
        "form.save()",
        "Order.objects.create(number=1)",
        "Order.objects.filter(pk=1).update(number=2)",
        "request.user.addresses.all().delete()",
        "address.delete()",
        "Order.objects.bulk_create(orders)",
        "Basket.objects.get_or_create(owner=user)",
    ],
)
def test_a_write_is_seen(line):
    assert list(writes_in(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "context.update(form=form)",
        "request.session.save()",
        "cache.delete('key')",
        "super().save(commit=False)",
        "stripe.checkout.Session.create(mode='payment')",
        "accept_fulfilment(fulfilment_id=1, by=request.user)",
    ],
)
def test_what_only_sounds_like_a_write_is_let_through(line):
    assert not list(writes_in(ast.parse(line)))
