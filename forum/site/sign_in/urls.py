"""The addresses of signing in: those of allauth that we use, each private; its sign-up, its e-mail addresses and its
social accounts have none."""

from __future__ import annotations

from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as key
from django.urls import path, re_path

from forum.http import private
from forum.site.sign_in import views
from forum.site.sign_in.views import about_ones_own_sign_in as own

addresses: list[Any] = [
    ("", views.signed_in, "signed-in"),
    ("login/code/", account.request_login_code, "account_request_login_code"),
    ("login/code/confirm/", account.confirm_login_code, "account_confirm_login_code"),
    ("logout/", views.sign_out, "account_logout"),
    ("inactive/", account.account_inactive, "account_inactive"),
    # staff
    ("staff/", views.staff, "staff-sign-in"),
    ("staff/", views.staff, "account_login"),
    ("staff/again/", account.reauthenticate, "account_reauthenticate"),
    ("password/change/", own(account.password_change), "account_change_password"),
    ("password/set/", views.set_password, "account_set_password"),
    ("password/reset/", account.password_reset, "account_reset_password"),
    ("password/reset/sent/", account.password_reset_done, "account_reset_password_done"),
    ("password/reset/done/", account.password_reset_from_key_done, "account_reset_password_from_key_done"),
    ("2fa/", own(second_factor.index), "mfa_index"),
    ("2fa/authenticate/", second_factor.authenticate, "mfa_authenticate"),
    ("2fa/again/", second_factor.reauthenticate, "mfa_reauthenticate"),
    ("2fa/again/key/", key.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
    ("2fa/app/", own(app.activate_totp), "mfa_activate_totp"),
    ("2fa/app/removal/", own(app.deactivate_totp), "mfa_deactivate_totp"),
    ("2fa/keys/", own(key.list_webauthn), "mfa_list_webauthn"),
    ("2fa/keys/new/", own(key.add_webauthn), "mfa_add_webauthn"),
    ("2fa/keys/<int:pk>/", own(key.edit_webauthn), "mfa_edit_webauthn"),
    ("2fa/keys/<int:pk>/removal/", own(key.remove_webauthn), "mfa_remove_webauthn"),
    ("2fa/recovery-codes/", own(recovery_codes.view_recovery_codes), "mfa_view_recovery_codes"),
    ("2fa/recovery-codes/new/", own(recovery_codes.generate_recovery_codes), "mfa_generate_recovery_codes"),
    ("2fa/recovery-codes/file/", own(recovery_codes.download_recovery_codes), "mfa_download_recovery_codes"),
]

urlpatterns: list[Any] = [
    *(path(route, private(view), name=name) for route, view, name in addresses),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        private(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
]
