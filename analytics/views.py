"""The page of figures."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from analytics.pages import dashboard_page
from analytics.selectors.rows import VIEW_PERMISSION
from chatcore.pages import PageRequest, page
from chatcore.selectors.permissions import require


@page
@require_safe
def dashboard(request: PageRequest) -> HttpResponse:
    """For whoever may look; a choice that is not valid is said beside its field."""
    require(request.user, VIEW_PERMISSION)
    context = dashboard_page(request.GET)
    status = 200 if context["form"].is_valid() else 400
    return render(request, "web/analytics.html", context, status=status)
