"""Back into an account with a recovery code: it opens the page that sets a new password."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from journify.limits.requests import limited
from journify.web.http import SignedInRequest, signed_in_form
from spotify_auth.mfa.ways import NEW_CODES, codes_of
from spotify_auth.models import User
from spotify_auth.sign_in.forms import RecoverForm


@require_http_methods(["GET", "POST"])
@limited("recovery", name_field="login")
def recover(request: HttpRequest) -> HttpResponse:
    """Take a name and a code, and lead to a new password; allauth's own page does the rest."""
    form = RecoverForm(request, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "account/recover.html", {"form": form})
    return redirect(new_password_path(form.user))


def new_password_path(user: User) -> str:
    """Return the address, good once and for some days, where `user` sets a new password."""
    uid, key = user_pk_to_url_str(user), default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key})


@signed_in_form
def new_codes(request: SignedInRequest) -> HttpResponse:
    """Give the codes of sign-up as a file; once the listener has them, show them no more."""
    if request.method == "POST":
        request.session.pop(NEW_CODES, None)
        return redirect("journal:today")
    if NEW_CODES not in request.session:
        return redirect("mfa_view_recovery_codes")
    response = TemplateResponse(
        request,
        "mfa/recovery_codes/download.txt",
        {"unused_codes": codes_of(request.user)},
        content_type="text/plain; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response
