"""What it learned from the listener: to look at, to switch off, to forget."""

from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from journal.day.pages import today
from journal.emotions import learning
from journal.forms import LabelForm
from journal.services import set_label
from journal.songs.learnt import learnt_page_of, learnt_sentence, put_off, question_for
from journify.web.http import SignedInRequest, signed_in_get, signed_in_post


@signed_in_get
def learnt(request: SignedInRequest) -> HttpResponse:
    """Say in two sentences and a picture what the listener's labels taught."""
    return TemplateResponse(
        request, "journal/learnt.html", {"learnt": learnt_page_of(request.user)}
    )


@signed_in_post
def switch_learnt(request: SignedInRequest) -> HttpResponse:
    is_on = request.POST.get("on") == "yes"
    learning.switch(request.user.pk, is_on=is_on)
    messages.success(request, _("It counts again.") if is_on else _("It no longer counts."))
    return redirect("journal:learnt")


@signed_in_post
def learnt_forget(request: SignedInRequest) -> HttpResponse:
    learning.forget_learnt(request.user.pk)
    messages.success(request, _("It is forgotten. Your labels stay."))
    return redirect("journal:learnt")


@signed_in_post
def answer_question(request: SignedInRequest) -> HttpResponse:
    """Keep what the listener says of the day's song; without a feeling, ask no more today."""
    form = LabelForm(request.POST)
    song = question_for(request.user, today())
    if form.is_valid() and song and str(song.pk) == request.POST.get("song"):
        if form.cleaned_data["emotion"]:
            tell_learnt(request, set_label(request.user, song, form.cleaned_data["emotion"]))
        else:
            put_off(request.user)
    return redirect("journal:today")


def tell_learnt(request: SignedInRequest, changed: Counter[str]) -> None:
    """Say which other songs sound different since a label."""
    sentence = learnt_sentence(changed)
    if sentence:
        address = f"{reverse('journal:learnt')}#songs"
        messages.info(request, format_html('{} <a href="{}">{}</a>', sentence, address, _("Look")))
