"""The widget: who may show it in a frame, and that it needs no cookie."""

from __future__ import annotations

import pytest
from django.test import Client
from pydantic import ValidationError
from pytest_django.fixtures import Settings

from config.env import Env

pytestmark = pytest.mark.django_db
SHOP = "https://shop.example.test"


def test_only_allowed_origins_may_frame_it_and_nothing_else_may_be_framed(
    settings: Settings,
) -> None:
    settings.WIDGET_ORIGINS = [SHOP]
    framed = Client().get("/widget/")
    assert f"frame-ancestors {SHOP};" in framed.headers["Content-Security-Policy"]
    assert "unsafe" not in framed.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in framed.headers
    for other in ("/", "/support/", "/accounts/login/"):
        answer = Client().get(other)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_without_a_setting_nobody_may_frame_it() -> None:
    assert "frame-ancestors 'none'" in Client().get("/widget/").headers["Content-Security-Policy"]


def test_its_page_sets_no_cookie_and_holds_no_inline_script(settings: Settings) -> None:
    settings.WIDGET_ORIGINS = [SHOP]
    page = Client().get("/widget/?theme=%22%3E%3Cscript%3E")
    assert not page.cookies
    shown = page.content.decode()
    assert "csrf" not in shown
    assert "<script>" not in shown
    assert f'data-origins="{SHOP}"' in shown
    assert 'data-theme="dark"' in Client().get("/widget/?theme=dark").content.decode()


def test_its_script_may_be_loaded_by_other_pages() -> None:
    script = Client().get("/widget.js")
    assert script.headers["Content-Type"] == "text/javascript"
    assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=300" in script.headers["Cache-Control"]
    assert not script.cookies


@pytest.mark.parametrize("wrong", ["*", "shop.example.test", f"{SHOP}/path", f"{SHOP}; script-src"])
def test_what_is_no_origin_stops_the_start(wrong: str) -> None:
    with pytest.raises(ValidationError):
        Env(WIDGET_ORIGINS=wrong)
    assert Env(WIDGET_ORIGINS=f"{SHOP}, http://localhost:8001").WIDGET_ORIGINS
