"""Static files under names that carry their hash, so that browsers may keep them for a year."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports between the shop's own JavaScript modules.

    Without it `site.js` would ask for `./toast.js` by its plain name, and after an update a
    browser could pair the new script with an old module from its cache. Django's switch for this
    covers every package's scripts, and one of them imports a name that no file has.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        (
            "js/*.js",
            (
                (
                    r"""(?P<matched>import (?P<names>\{[^}]*\}) from "(?P<url>\./[^"]+)";)""",
                    'import %(names)s from "%(url)s";',
                ),
            ),
        ),
    )
