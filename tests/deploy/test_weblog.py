"""What the web server's log keeps of an address."""

import pytest

from deploy.weblog import masked


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/th/products/thung-kula-rong-hai-rice/", "/th/products/thung-kula-rong-hai-rice/"),
        ("/th/orders/TLF-7K3M-9QZX/oWfWq0c9bS1Yy2G3h4J5k6L7m8N9/", "/th/orders/TLF-7K3M-9QZX/…/"),
        (
            "/th/workspace/open/eyJtIjoxLCJmIjoyfQ:1vMabc:oWfWq0c9bS1Yy2G3h4J5k6L7m8N9/",
            "/th/workspace/open/…/",
        ),
    ],
)
def test_signatures_are_left_out(path: str, kept: str) -> None:
    assert masked(path) == kept
