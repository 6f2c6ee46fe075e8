"""What a group asks the buyer of a product: the list with a preview, one question per screen."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalogue.asking import services
from catalogue.asking.models import MOST_QUESTIONS, Question
from catalogue.asking.showing import asked_form
from catalogue.models import Product
from catalogue.states import QuestionKind
from producers.workspace.forms.questions import QuestionForm, known_question
from producers.workspace.making import records_of

from .access import member, own_product, screen, sent, status_of

#: What stands on the button of a kind, and what it is good for.
KINDS = tuple(QuestionKind)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest, product_id: int) -> HttpResponse:
    """The questions as the buyer sees them; earlier, later, away."""
    product = own_product(request, product_id)
    if request.method == "POST":
        _change(request, product)
        return redirect("workspace:questions", product.pk)
    asked = services.questions_of([product])[product.pk]
    return screen(
        request,
        "questions",
        "products",
        product=product,
        asking=asked_form(asked),
        kinds=KINDS,
        most=MOST_QUESTIONS,
        is_full=len(asked) >= MOST_QUESTIONS,
    )


@member
@require_http_methods(["GET", "HEAD", "POST"])
def question_new(request: HttpRequest, product_id: int, kind: str) -> HttpResponse:
    """Ask something new."""
    product = own_product(request, product_id)
    if kind not in QuestionKind:
        raise Http404("no such kind of question")
    return _question(request, product, kind, None)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, product_id: int, question_id: int) -> HttpResponse:
    """Ask it in other words, at another price."""
    product = own_product(request, product_id)
    found = Question.objects.filter(pk=question_id, product=product).first()
    if found is None:
        raise Http404("no such question")
    return _question(request, product, found.kind, found)


def _question(
    request: HttpRequest, product: Product, kind: str, found: Question | None
) -> HttpResponse:
    form = QuestionForm(
        sent(request),
        kind=kind,
        with_units=any(getattr(record, "making", None) for record in records_of(product)),
        initial=known_question(found),
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.set_question(
                product_id=product.pk,
                kind=kind,
                question_id=found.pk if found else None,
                **form.facts(),
            )
        except services.TooManyQuestions as error:
            form.add_error(
                None, _("There can be at most %(most)d questions.") % {"most": error.most}
            )
        except services.BadQuestion as error:
            form.add_error(
                error.field if error.field in form.fields else None,
                _("This does not fit yet. Please look at it again."),
            )
        except Question.DoesNotExist:
            form.add_error(None, _("Somebody in your group has just taken this question away."))
        else:
            messages.success(request, _("The question is saved. Orders made before keep theirs."))
            return redirect("workspace:questions", product.pk)
    return screen(
        request,
        "question",
        "products",
        status=status_of(form),
        product=product,
        question=found,
        kind=QuestionKind(kind),
        form=form,
    )


def _change(request: HttpRequest, product: Product) -> None:
    moves = {"earlier": -1, "later": 1}
    for name, places in moves.items():
        if name in request.POST:
            try:
                services.move_question(
                    product_id=product.pk,
                    question_id=_number(request.POST[name]),
                    places=places,
                )
            except Question.DoesNotExist:
                messages.info(request, _("This question is not there any more."))
    if "remove" in request.POST:
        services.remove_question(product_id=product.pk, question_id=_number(request.POST["remove"]))
        messages.success(request, _("It is not asked any more. Orders made before keep theirs."))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
