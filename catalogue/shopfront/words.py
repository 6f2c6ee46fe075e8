"""Words about the five types and the six regions."""

from django.utils.translation import gettext_lazy as _

from catalogue.states import OtopType

TYPE_WORDS = {
    OtopType.TEXTILE: _(
        "Cloth from village looms: silk tied and dyed thread by thread, indigo cotton,"
        " everyday pha khao ma, and what is sewn from them."
    ),
    OtopType.UTENSIL: _(
        "Baskets, clay, lacquer, wood and metal, shaped by hand for the house,"
        " the table and the people you give them to."
    ),
    OtopType.FOOD: _(
        "Rice, fruit, dried fish, chilli pastes and sweets from the places that are known"
        " for them, packed where they were made."
    ),
    OtopType.DRINK: _(
        "Coffee and tea from the hills, herbal drinks and fruit juices, roasted, dried or"
        " pressed in small lots."
    ),
    OtopType.HERB: _(
        "Soaps, balms, compresses and oils from garden herbs, for the skin and the house,"
        " not for eating."
    ),
}
REGION_NAMES = {
    "north": _("North"),
    "northeast": _("Northeast (Isan)"),
    "central": _("Central plains"),
    "east": _("East"),
    "west": _("West"),
    "south": _("South"),
}
