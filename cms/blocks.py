"""The parts that the office builds pages from; each can be seen alone in the block picker.

The choosers are made once, here: a chooser block made inside a stream would be another class at
every import, and `makemigrations` could not write it down.
"""

from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Locale

from cms import curation

from .choosers import enterprise_chooser, product_chooser

ProductChooserBlock = product_chooser.get_block_class(
    name="ProductChooserBlock", module_path="cms.blocks"
)
EnterpriseChooserBlock = enterprise_chooser.get_block_class(
    name="EnterpriseChooserBlock", module_path="cms.blocks"
)

RICH = ["h2", "h3", "bold", "ol", "ul", "link", "document-link", "hr"]
PLAIN_RICH = ["bold", "ol", "ul", "link"]


def with_goods(context: dict[str, Any], kind: str) -> dict[str, Any]:
    """A preview's context with the goods that such a part would show now."""
    part = SimpleNamespace(block_type=kind, value={"story": None, "products": []})
    locale = Locale.get_active()
    return {
        **context,
        "goods": curation.goods_for([part], locale_id=locale.pk, now=timezone.now()),
    }


class Section(blocks.StructBlock):
    """A part of a page with a heading and, where wanted, a sentence below it."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=90)
    words = blocks.TextBlock(label=_("A sentence below"), required=False, rows=2, max_length=240)

    def get_preview_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        return with_goods(super().get_preview_context(value, parent_context), self.name)


class HeroBlock(blocks.StructBlock):
    """One large picture with one story."""

    heading = blocks.CharBlock(
        label=_("Heading"),
        required=False,
        max_length=90,
        help_text=_("Empty: the story's title."),
    )
    words = blocks.TextBlock(
        label=_("Two lines"),
        required=False,
        rows=2,
        max_length=200,
        help_text=_("Empty: the story's introduction."),
    )
    story = blocks.PageChooserBlock(
        label=_("Story"),
        page_type="cms.StoryPage",
        required=False,
        help_text=_("Empty: the newest story."),
    )
    picture = ImageChooserBlock(
        label=_("Picture"), required=False, help_text=_("Empty: the story's picture.")
    )

    class Meta:
        icon = "image"
        label = _("Hero story")
        template = "cms/blocks/hero.html"
        description = _("One large picture, two lines and the way to a story.")
        preview_value = {
            "heading": "คนทอผ้าที่ตื่นก่อนไก่",
            "words": "เรื่องของกลุ่มทอผ้าที่ย้อมครามมาสามชั่วคน",
        }

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        goods = context.get("goods") or curation.HomeGoods()
        context["story"] = story = goods.hero_story
        context["picture"] = value.get("picture") or (story.picture if story else None)
        return context

    def get_preview_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        return with_goods(super().get_preview_context(value, parent_context), self.name)


class FeaturedBlock(Section):
    """The shelf of featured products."""

    class Meta:
        icon = "pick"
        label = _("Featured products")
        template = "cms/blocks/featured.html"
        description = _("The shelf the office fills under “Featured products”.")
        preview_value = {"heading": "ของดีที่อยากให้ลอง", "words": "คัดโดยทีมตลาดลอยฟ้า"}


class MadeToOrderBlock(Section):
    """Goods made to order, with the day they can be sent."""

    class Meta:
        icon = "date"
        label = _("Made to order")
        template = "cms/blocks/made_to_order.html"
        description = _("Goods the groups make after the order, the earliest first.")
        preview_value = {"heading": "ทำตามสั่ง", "words": "สั่งวันนี้ รู้วันส่งก่อนจ่ายเงิน"}


class ProvincesBlock(Section):
    """The provinces goods come from."""

    class Meta:
        icon = "site"
        label = _("Provinces")
        template = "cms/blocks/provinces.html"
        description = _("Every province with goods on sale, by region.")
        preview_value = {"heading": "มาจากที่ไหนบ้าง", "words": ""}


class StoriesBlock(Section):
    """The newest stories."""

    class Meta:
        icon = "openquote"
        label = _("Stories")
        template = "cms/blocks/stories.html"
        description = _("The newest stories of the makers.")
        preview_value = {"heading": "เรื่องของคนทำ", "words": ""}


class ShelfBlock(Section):
    """Products picked by hand; what is not on sale is left out by itself."""

    products = blocks.ListBlock(ProductChooserBlock(), label=_("Products"), min_num=1, max_num=12)

    #: Nothing is picked yet, so there is nothing to see.
    is_previewable = False

    class Meta:
        icon = "list-ul"
        label = _("Shelf picked by hand")
        template = "cms/blocks/shelf.html"
        description = _("Products you choose one by one, for this place only.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        chosen = [product for product in value.get("products", ()) if product is not None]
        goods = context.get("goods")
        if goods is None:
            picked = curation.on_sale_of(chosen)
            curation.fill_cards(list(picked.values()), now=timezone.now())
        else:
            picked = goods.picked
        context["shelf_products"] = [picked[each.pk] for each in chosen if each.pk in picked]
        return context


class StepBlock(blocks.StructBlock):
    """One step of the way the money goes."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=60)
    words = blocks.TextBlock(label=_("Words"), rows=3, max_length=240)

    class Meta:
        icon = "arrow-right"
        label = _("Step")


class MoneyBlock(Section):
    """How the money flows, in one picture and four steps."""

    steps = blocks.ListBlock(StepBlock(), label=_("Steps"), min_num=2, max_num=4)
    link_text = blocks.CharBlock(label=_("Words of the link"), required=False, max_length=60)

    class Meta:
        icon = "order"
        label = _("How the money flows")
        template = "cms/blocks/money.html"
        description = _("One picture of the way from the buyer to the maker, in steps.")
        preview_value = {
            "heading": "เงินของคุณไปถึงใคร",
            "words": "",
            "steps": [
                {"heading": "จ่ายครั้งเดียว", "words": "บัตรหรือพร้อมเพย์ ตะกร้าเดียวหลายกลุ่ม"},
                {"heading": "แยกตามกลุ่ม", "words": "แต่ละกลุ่มเห็นเฉพาะส่วนของตน"},
            ],
        }


class PictureAndWordsBlock(blocks.StructBlock):
    """A picture beside some words."""

    picture = ImageChooserBlock(label=_("Picture"))
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=90)
    words = blocks.RichTextBlock(label=_("Words"), features=PLAIN_RICH)

    class Meta:
        icon = "image"
        label = _("Picture and words")
        template = "cms/blocks/picture_and_words.html"
        description = _("A picture with words beside it, or below it on a phone.")


class GroupBlock(blocks.StructBlock):
    """One group introduced."""

    enterprise = EnterpriseChooserBlock(label=_("Group"))
    words = blocks.TextBlock(
        label=_("Words"),
        required=False,
        rows=3,
        max_length=300,
        help_text=_("Empty: what the group says of itself."),
    )

    class Meta:
        icon = "group"
        label = _("A group")
        template = "cms/blocks/group.html"
        description = _("A producer group with its place and the way to its page.")


class WordsBlock(blocks.RichTextBlock):
    """Words with subheadings, lists and links."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("features", RICH)
        super().__init__(**kwargs)

    class Meta:
        icon = "pilcrow"
        label = _("Words")
        template = "cms/blocks/words.html"
        description = _("Paragraphs with subheadings, lists and links.")
        preview_value = "<h2>หัวข้อย่อย</h2><p>ข้อความหนึ่งย่อหน้า</p>"


class PictureBlock(blocks.StructBlock):
    """A picture with a line below it."""

    picture = ImageChooserBlock(label=_("Picture"))
    caption = blocks.CharBlock(label=_("Line below"), required=False, max_length=160)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "cms/blocks/picture.html"
        description = _("A large picture with a line below it.")


class QuoteBlock(blocks.StructBlock):
    """Something a maker said."""

    words = blocks.TextBlock(label=_("Words"), rows=2, max_length=300)
    who = blocks.CharBlock(label=_("Who said it"), required=False, max_length=90)

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        template = "cms/blocks/quote.html"
        description = _("What a maker said, in large letters.")
        preview_value = {"words": "ผ้าผืนหนึ่งคือหนึ่งฤดู", "who": "ยายคำ"}


class RuleBlock(blocks.StructBlock):
    """One rule a buyer can rely on, with where it comes from."""

    heading = blocks.CharBlock(label=_("The rule in a few words"), max_length=120)
    words = blocks.RichTextBlock(label=_("The rule"), features=PLAIN_RICH)
    source = blocks.CharBlock(
        label=_("Source"),
        max_length=240,
        help_text=_("The law, or “Policy of the shop”; a rule without a source is a rumour."),
    )

    class Meta:
        icon = "check"
        label = _("Rule")
        template = "cms/blocks/rule.html"
        description = _("A rule with its source.")
        preview_value = {
            "heading": "คืนได้ภายใน 7 วัน",
            "words": "<p>นับจากวันที่ได้รับของ</p>",
            "source": "พ.ร.บ. ขายตรงและตลาดแบบตรง พ.ศ. 2545 มาตรา 33",
        }


class NoticeBlock(blocks.StructBlock):
    """What must be seen before all else."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=120)
    words = blocks.RichTextBlock(label=_("Words"), features=PLAIN_RICH)

    class Meta:
        icon = "warning"
        label = _("Notice")
        template = "cms/blocks/notice.html"
        description = _("A frame that stands out from the rest of the page.")
        preview_value = {"heading": "เปลี่ยนใจได้ 7 วัน", "words": "<p>นับจากวันที่ได้รับของ</p>"}


class FactBlock(blocks.StructBlock):
    """A label and what it says."""

    label = blocks.CharBlock(label=_("Label"), max_length=90)
    value = blocks.TextBlock(label=_("Value"), rows=2, max_length=400)

    class Meta:
        icon = "table"
        label = _("Fact")


class FactsBlock(blocks.StructBlock):
    """A table of facts, such as who runs the shop."""

    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=90)
    facts = blocks.ListBlock(FactBlock(), label=_("Facts"), min_num=1)

    class Meta:
        icon = "table"
        label = _("Facts")
        template = "cms/blocks/facts.html"
        description = _("Labels and values, such as an address and a telephone.")
        preview_value = {
            "heading": "ผู้ให้บริการ",
            "facts": [{"label": "ชื่อ", "value": "ตลาดลอยฟ้า"}],
        }


class HomeStream(blocks.StreamBlock):
    """What a home page is made of."""

    hero = HeroBlock()
    featured = FeaturedBlock()
    made_to_order = MadeToOrderBlock()
    provinces = ProvincesBlock()
    money = MoneyBlock()
    stories = StoriesBlock()
    shelf = ShelfBlock()
    group = GroupBlock()
    picture_and_words = PictureAndWordsBlock()
    words = WordsBlock()

    class Meta:
        block_counts = {
            "hero": {"max_num": 1},
            "featured": {"max_num": 1},
            "made_to_order": {"max_num": 1},
            "provinces": {"max_num": 1},
            "money": {"max_num": 1},
            "stories": {"max_num": 1},
            "shelf": {"max_num": 1},
            "group": {"max_num": 1},
            "picture_and_words": {"max_num": 4},
        }


class StoryStream(blocks.StreamBlock):
    """What a story is made of."""

    words = WordsBlock()
    picture = PictureBlock()
    quote = QuoteBlock()
    shelf = ShelfBlock()


class InfoStream(blocks.StreamBlock):
    """What a page of information is made of."""

    words = WordsBlock()
    notice = NoticeBlock()
    rule = RuleBlock()
    facts = FactsBlock()
    picture_and_words = PictureAndWordsBlock()
