"""The addresses of this storey: `public` lie below an edition, `personal` open by a secret or a sign-in."""

from __future__ import annotations

from typing import Any

from django.urls import path

from registration.views import my_orders, notices, orders, payments, questions, register, tickets

public: list[Any] = [
    path("register/", register.register, name="register"),
]
personal: list[Any] = [
    path("orders/<slug:code>/<slug:secret>/", orders.order, name="order"),
    path("orders/<slug:code>/<slug:secret>/email/", orders.email, name="order-email"),
    path("orders/<slug:code>/<slug:secret>/cancellation/", orders.cancellation, name="order-cancellation"),
    path("orders/<slug:code>/<slug:secret>/payment/", payments.payment, name="order-payment"),
    path("payments/<slug:secret>/", payments.payment_return, name="payment-return"),
    path("tickets/<slug:secret>/", tickets.ticket, name="ticket"),
    path("tickets/<slug:secret>/badge/", tickets.badge, name="ticket-badge"),
    path("tickets/<slug:secret>/questions/", questions.questions, name="ticket-questions"),
    path("tickets/<slug:secret>/calendar.ics", tickets.calendar, name="ticket-calendar"),
    path("my-orders/", my_orders.my_orders, name="my-orders"),
    path("lost-link/", my_orders.lost_link, name="lost-link"),
    path("lost-link/sent/", my_orders.lost_link_sent, name="lost-link-sent"),
]
machine: list[Any] = [
    path("payments/stripe/notices/", notices.stripe_notices, name="stripe-notices"),
]
